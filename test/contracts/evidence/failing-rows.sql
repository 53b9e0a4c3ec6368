select run_started_at, name, table_name, column_name, failed_row_count
from dbt_test_results
where failed_row_count > 0 and run_started_at >= current_date - interval '30 days'
order by run_started_at desc, failed_row_count desc
