select stg.id, stg.amount * rates.rate as yen
from {{ ref('stg_orders') }} as stg
join {{ ref('rates') }} as rates on rates.currency = stg.currency
