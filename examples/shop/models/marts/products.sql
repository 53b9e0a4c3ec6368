{{ config(materialized='view') }}

select
    products.product_id,
    products.product_name,
    categories.name_ja as category_ja,
    categories.name_en as category_en,
    products.price_yen,
    rates.tax_percent
from {{ ref('stg_products') }} as products
join {{ ref('product_categories') }} as categories on categories.category = products.category
join {{ ref('tax_rates') }} as rates on rates.tax_class = categories.tax_class
