-- What was sold on a day can not be more than what was paid for that day's orders.
with paid as (
    select ordered_on, sum(charged_yen) as charged_yen
    from {{ ref('orders') }}
    group by ordered_on
)

select revenue.revenue_date, revenue.gross_yen, paid.charged_yen
from {{ ref('revenue_daily') }} as revenue
left join paid on paid.ordered_on = revenue.revenue_date
where revenue.gross_yen > coalesce(paid.charged_yen, 0)
