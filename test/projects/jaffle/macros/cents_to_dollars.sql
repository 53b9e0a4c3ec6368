{% macro cents_to_dollars(column, digits=2) %}cast({{ column }} / 100.0 as numeric(16, {{ digits }})){% endmacro %}
