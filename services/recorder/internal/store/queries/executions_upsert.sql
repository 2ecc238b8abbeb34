INSERT INTO data_pipeline_task_executions (
    execution_id, task_id, execution_step, status, started_at,
    completed_at, duration_seconds, error_type, error_class, error_message,
    execution_result, attempt, force_executed, files_cleaned)
SELECT * FROM unnest(
    @execution_id::text[], @task_id::text[], @execution_step::text[],
    @status::text[], @started_at::timestamptz[], @completed_at::timestamptz[],
    @duration_seconds::float8[], @error_type::text[], @error_class::text[],
    @error_message::text[], @execution_result::jsonb[], @attempt::int[],
    @force_executed::boolean[], @files_cleaned::boolean[])
ON CONFLICT (execution_id) DO UPDATE SET
    task_id = excluded.task_id, execution_step = excluded.execution_step,
    status = excluded.status, started_at = excluded.started_at,
    completed_at = excluded.completed_at, duration_seconds = excluded.duration_seconds,
    error_type = excluded.error_type, error_class = excluded.error_class,
    error_message = excluded.error_message, execution_result = excluded.execution_result,
    attempt = excluded.attempt, force_executed = excluded.force_executed,
    files_cleaned = excluded.files_cleaned
