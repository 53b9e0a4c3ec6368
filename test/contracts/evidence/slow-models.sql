select name, materialization, execution_time_seconds, rows_affected from dbt_run_results where execution_time_seconds > 60 order by execution_time_seconds desc limit 10
