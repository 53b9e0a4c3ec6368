{{ config(materialized='view') }}

select
    cast(date_trunc('month', revenue_date) as date) as revenue_month,
    cast(sum(orders) as integer) as orders,
    {{ yen('sum(gross_yen)') }} as gross_yen,
    {{ yen('sum(net_yen)') }} as net_yen
from {{ ref('revenue_daily') }}
group by cast(date_trunc('month', revenue_date) as date)
