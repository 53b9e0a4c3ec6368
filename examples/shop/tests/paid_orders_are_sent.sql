{{ config(severity='warn', warn_if='>1', error_if='>10') }}

-- More than one paid order that waits is worth a look, more than ten stop the data.
select order_id
from {{ ref('open_orders') }}
