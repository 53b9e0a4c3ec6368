{#- Yen are whole numbers in every table. -#}
{% macro yen(expression) -%}
    cast({{ expression }} as bigint)
{%- endmacro %}

{#- What is left of an amount that includes consumption tax. Fractions of a yen are cut off, as on the receipts. -#}
{% macro net_of_tax(amount, tax_percent) -%}
    floor({{ amount }} * 100.0 / (100 + {{ tax_percent }}))
{%- endmacro %}
