select
    item_id,
    order_id,
    product_id,
    quantity,
    {{ yen('quantity * unit_price_yen') }} as gross_yen
from {{ source('raw', 'order_items') }}
