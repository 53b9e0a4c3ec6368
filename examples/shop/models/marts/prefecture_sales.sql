{{ config(materialized='view') }}

select
    prefecture_ja as "都道府県",
    cast(sum(orders) as integer) as orders,
    {{ yen('sum(spent_yen)') }} as spent_yen
from {{ ref('customers') }}
group by prefecture_ja
