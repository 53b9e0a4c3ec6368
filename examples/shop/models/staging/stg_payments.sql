-- A refund is a payment with a negative amount.
select
    payment_id,
    order_id,
    kind,
    method,
    {{ yen("case when kind = 'refund' then -amount_yen else amount_yen end") }} as amount_yen,
    paid_at
from {{ source('raw', 'payments') }}
