{{ config(materialized='incremental', unique_key='event_id') }}

select
    cast(order_id as varchar) || '-' || status as event_id,
    order_id,
    status,
    updated_at as happened_at
from {{ ref('stg_orders') }}
{% if is_incremental() %}
where updated_at > (select max(happened_at) from {{ this }})
{% endif %}
