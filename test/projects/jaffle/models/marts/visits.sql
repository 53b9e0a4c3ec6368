{{ config(materialized='incremental', unique_key='visit_id', incremental_strategy='delete+insert') }}

select
    id as visit_id,
    customer_id,
    visited_at
from {{ source('app', 'visits') }}
{% if is_incremental() %}
where visited_at > (select max(visited_at) from {{ this }})
{% endif %}
