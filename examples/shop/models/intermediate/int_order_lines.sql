select
    items.item_id,
    items.order_id,
    items.product_id,
    products.category,
    items.quantity,
    items.gross_yen,
    rates.tax_percent
from {{ ref('stg_order_items') }} as items
join {{ ref('stg_products') }} as products on products.product_id = items.product_id
join {{ ref('product_categories') }} as categories on categories.category = products.category
join {{ ref('tax_rates') }} as rates on rates.tax_class = categories.tax_class
