select
    lines.category,
    cast(sum(lines.quantity) as integer) as pieces,
    {{ yen('sum(lines.gross_yen)') }} as gross_yen,
    {{ yen('sum(' ~ net_of_tax('lines.gross_yen', 'lines.tax_percent') ~ ')') }} as net_yen
from {{ ref('order_lines') }} as lines
join {{ ref('orders') }} as orders on orders.order_id = lines.order_id
where orders.is_paid and not orders.is_refunded
group by lines.category
