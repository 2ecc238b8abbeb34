SELECT execution_id, execution_step, status, started_at, completed_at, duration_seconds,
       coalesce(error_type, '') AS error_type, coalesce(error_class, '') AS error_class,
       coalesce(error_message, '') AS error_message,
       execution_result, attempt, force_executed, files_cleaned
FROM data_pipeline_task_executions
WHERE task_id = $1
