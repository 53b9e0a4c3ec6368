{{ config(materialized='view') }}
select count(*) as orders, sum(yen) as yen from {{ ref('orders') }}
