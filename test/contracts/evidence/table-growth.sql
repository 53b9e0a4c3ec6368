select run_started_at, row_count, size_bytes from dbt_relation_sizes
where name = 'orders' and environment = 'prod' order by run_started_at
