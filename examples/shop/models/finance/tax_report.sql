-- 税率ごとの売上と消費税: what the tax office wants to see.
select
    lines.tax_percent,
    {{ yen('sum(lines.gross_yen)') }} as gross_yen,
    {{ yen('sum(lines.gross_yen - ' ~ net_of_tax('lines.gross_yen', 'lines.tax_percent') ~ ')') }} as tax_yen
from {{ ref('order_lines') }} as lines
join {{ ref('orders') }} as orders on orders.order_id = lines.order_id
where orders.is_paid
group by lines.tax_percent
