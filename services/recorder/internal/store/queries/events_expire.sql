DELETE FROM data_pipeline_events WHERE stream_seq IN (
    SELECT stream_seq FROM data_pipeline_events WHERE recorded_at < $1 ORDER BY recorded_at LIMIT $2)
