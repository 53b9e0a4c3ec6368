select
    product_id,
    name as product_name,
    category,
    {{ yen('price_yen') }} as price_yen,
    updated_at
from {{ source('raw', 'products') }}
