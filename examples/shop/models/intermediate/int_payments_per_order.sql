-- An order may be paid in parts (points and card), and refunded later.
select
    order_id,
    {{ yen("sum(case when kind = 'charge' then amount_yen else 0 end)") }} as charged_yen,
    {{ yen("sum(case when kind = 'refund' then -amount_yen else 0 end)") }} as refunded_yen,
    min(paid_at) as first_paid_at
from {{ ref('stg_payments') }}
group by order_id
