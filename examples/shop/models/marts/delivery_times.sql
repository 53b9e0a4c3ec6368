select
    shipments.carrier,
    cast(count(*) as integer) as parcels,
    cast(min(shipments.delivered_on - shipments.shipped_on) as integer) as days_min,
    cast(max(shipments.delivered_on - shipments.shipped_on) as integer) as days_max,
    {{ yen('sum(shipments.cost_yen)') }} as cost_yen
from {{ ref('stg_shipments') }} as shipments
join {{ ref('orders') }} as orders on orders.order_id = shipments.order_id
group by shipments.carrier
