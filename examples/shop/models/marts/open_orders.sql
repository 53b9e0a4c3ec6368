{{ config(materialized='view') }}

-- Paid and not yet sent: what the warehouse staff has to pack.
select
    orders.order_id,
    orders.ordered_at,
    customers.customer_name,
    orders.charged_yen,
    orders.charged_yen >= {{ var('free_shipping_from_yen') }} as is_shipped_free
from {{ ref('orders') }} as orders
join {{ ref('customers', v=2) }} as customers on customers.customer_id = orders.customer_id
left join {{ ref('stg_shipments') }} as shipments on shipments.order_id = orders.order_id
where orders.is_paid and not orders.is_refunded and shipments.order_id is null
