select tick from {{ source('app', 'ticks') }}
