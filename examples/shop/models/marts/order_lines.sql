{{ config(
    materialized='incremental',
    unique_key='item_id',
    indexes=[{'columns': ['order_id']}]
) }}

select
    lines.item_id,
    lines.order_id,
    orders.ordered_at,
    lines.product_id,
    lines.category,
    lines.quantity,
    lines.gross_yen,
    lines.tax_percent
from {{ ref('int_order_lines') }} as lines
join {{ ref('stg_orders') }} as orders on orders.order_id = lines.order_id
{% if is_incremental() %}
where {{ only_new('orders.ordered_at', 'ordered_at') }}
{% endif %}
