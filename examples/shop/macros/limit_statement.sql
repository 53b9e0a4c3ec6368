{#- A pre-hook: no statement of this model may take longer. DuckDB has no such limit, so nothing is run there. -#}
{% macro limit_statement(minutes) -%}
    {% if target.type == 'postgres' %}set local statement_timeout = '{{ minutes }}min'{% endif %}
{%- endmacro %}
