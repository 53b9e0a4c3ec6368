select revenue_date, gross_yen, net_yen
from {{ ref('revenue_daily') }}
where net_yen > gross_yen
