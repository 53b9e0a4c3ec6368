{{ config(
    indexes=[{'columns': ['order_id']}],
    pre_hook="{{ limit_statement(10) }}",
    post_hook="analyze {{ this }}"
) }}

select
    orders.order_id,
    orders.customer_id,
    orders.status,
    orders.ordered_at,
    orders.ordered_on,
    {{ yen('coalesce(payments.charged_yen, 0)') }} as charged_yen,
    {{ yen('coalesce(payments.refunded_yen, 0)') }} as refunded_yen,
    payments.first_paid_at,
    coalesce(payments.charged_yen, 0) > 0 as is_paid,
    coalesce(payments.refunded_yen, 0) > 0 as is_refunded
from {{ ref('stg_orders') }} as orders
left join {{ ref('int_payments_per_order') }} as payments on payments.order_id = orders.order_id
