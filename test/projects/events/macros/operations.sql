{% macro most_yen(table) %}
  {% set found = run_query("select max(yen) from " ~ ref(table)) %}
  {% do run_query("create table if not exists app.told (yen int)") %}
  {% do run_query("insert into app.told select max(yen) from " ~ ref(table)) %}
{% endmacro %}

{% macro refuse() %}{% do exceptions.raise_compiler_error("not on a Friday") %}{% endmacro %}

{% macro doze() %}{% do run_query("select pg_sleep(300)") %}{% endmacro %}
