select
    cast(order_id as integer) as order_id,
    cast(carrier as varchar(20)) as carrier,
    cast(shipped_on as date) as shipped_on,
    cast(delivered_on as date) as delivered_on,
    {{ yen('cost_yen') }} as cost_yen
from {{ source('carrier', 'shipments') }}
