select model_name, target_name, status, total_time, run_started_at, run_completed_at from dbt_run_results where run_started_at >= current_date - interval '7 days' order by total_time desc
