with spent as (
    select
        customer_id,
        count(*) as orders,
        sum(charged_yen - refunded_yen) as spent_yen,
        min(ordered_on) as first_order_on
    from {{ ref('orders') }}
    where is_paid
    group by customer_id
)

select
    customers.customer_id,
    cast(customers.customer_name as varchar) as customer_name,
    cast(prefectures.name_ja as varchar) as prefecture_ja,
    cast(prefectures.region_ja as varchar) as region_ja,
    cast(coalesce(spent.orders, 0) as integer) as orders,
    {{ yen('coalesce(spent.spent_yen, 0)') }} as spent_yen,
    spent.first_order_on,
    cast(
        case
            when coalesce(spent.spent_yen, 0) >= {{ var('gold_from_yen') }} then 'gold'
            when spent.orders > 0 then 'regular'
            else 'new'
        end as varchar
    ) as tier
from {{ ref('stg_customers') }} as customers
left join spent on spent.customer_id = customers.customer_id
left join {{ ref('prefectures') }} as prefectures on prefectures.prefecture_code = customers.prefecture_code
