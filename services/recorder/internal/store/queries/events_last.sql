SELECT type, recorded_at FROM data_pipeline_events WHERE task_id = $1 ORDER BY stream_seq DESC LIMIT 1
