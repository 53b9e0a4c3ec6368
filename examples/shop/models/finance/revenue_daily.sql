-- Revenue per day of the order. A day without orders has a row too.
with sold as (
    select
        orders.ordered_on,
        count(distinct orders.order_id) as orders,
        sum(lines.gross_yen) as gross_yen,
        sum({{ net_of_tax('lines.gross_yen', 'lines.tax_percent') }}) as net_yen
    from {{ ref('orders') }} as orders
    join {{ ref('order_lines') }} as lines on lines.order_id = orders.order_id
    where orders.is_paid
    group by orders.ordered_on
)

select
    days.day as revenue_date,
    cast(coalesce(sold.orders, 0) as integer) as orders,
    {{ yen('coalesce(sold.gross_yen, 0)') }} as gross_yen,
    {{ yen('coalesce(sold.net_yen, 0)') }} as net_yen
from {{ ref('calendar', 'calendar_days') }} as days
left join sold on sold.ordered_on = days.day
