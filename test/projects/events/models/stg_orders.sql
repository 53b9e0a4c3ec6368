select id, currency, amount from {{ source('app', 'orders') }}
