select
    order_id,
    customer_id,
    status,
    ordered_at,
    cast(ordered_at as date) as ordered_on,
    updated_at
from {{ source('raw', 'orders') }}
