select
    id as customer_id,
    first_name,
    last_name,
    joined_on
from {{ ref('raw_customers') }}
