select
    customer_id,
    customer_name,
    email,
    prefecture_code
from {{ ref('stg_customers') }}
