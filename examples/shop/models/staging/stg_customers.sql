select
    customer_id,
    name as customer_name,
    lower(email) as email,
    prefecture_code,
    signed_up_on,
    updated_at
from {{ source('raw', 'customers') }}
