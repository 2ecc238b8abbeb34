INSERT INTO data_pipeline_log_counters (task_id, request_seq, attempt, next_line, recorded_at)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::int[], $4::bigint[], $5::timestamptz[])
ON CONFLICT (task_id, request_seq, attempt) DO UPDATE SET
    next_line = excluded.next_line, recorded_at = excluded.recorded_at
