{{ config(materialized='table') }}

with days as (
    {{ calendar.days(var('first_day'), var('last_day')) }}
)

select
    day,
    cast(date_trunc('month', day) as date) as month,
    cast(extract(isodow from day) as integer) as weekday,
    extract(isodow from day) in (6, 7) as is_weekend
from days
