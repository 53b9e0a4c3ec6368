{#- For incremental models: only rows whose `incoming` is later than the latest `held` in this table already. -#}
{% macro only_new(incoming, held) -%}
    {{ incoming }} > (select coalesce(max({{ held }}), cast('1900-01-01' as timestamp)) from {{ this }})
{%- endmacro %}
