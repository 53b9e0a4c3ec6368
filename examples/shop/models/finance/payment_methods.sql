select
    method,
    cast(count(*) as integer) as payments,
    {{ yen('sum(amount_yen)') }} as amount_yen
from {{ ref('stg_payments') }}
group by method
