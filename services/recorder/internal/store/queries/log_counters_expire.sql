DELETE FROM data_pipeline_log_counters WHERE (task_id, request_seq, attempt) IN (
    SELECT task_id, request_seq, attempt FROM data_pipeline_log_counters WHERE recorded_at < $1 ORDER BY recorded_at LIMIT $2)
