INSERT INTO data_pipeline_task_logs (
    stream_seq, line_index, recorded_at, task_id, execution_id,
    log_level, message, step_name, module_name, function_name,
    timestamp, extra_data, truncated)
SELECT * FROM unnest(
    @stream_seq::bigint[], @line_index::int[], @recorded_at::timestamptz[],
    @task_id::text[], @execution_id::text[], @log_level::text[],
    @message::text[], @step_name::text[], @module_name::text[],
    @function_name::text[], @timestamp::timestamptz[], @extra_data::jsonb[],
    @truncated::boolean[])
ON CONFLICT DO NOTHING
