{#- One row per day, first and last included. -#}
{% macro days(first_day, last_day) -%}
    {{ return(adapter.dispatch('days', 'calendar')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__days(first_day, last_day) -%}
    select cast(day as date) as day
    from unnest(generate_series(date '{{ first_day }}', date '{{ last_day }}', interval 1 day)) as days(day)
{%- endmacro %}

{% macro postgres__days(first_day, last_day) -%}
    select cast(day as date) as day
    from generate_series(date '{{ first_day }}', date '{{ last_day }}', interval '1 day') as days(day)
{%- endmacro %}
