-- Whole events, the oldest first, along the index of the task.
DELETE FROM data_pipeline_task_logs
WHERE task_id = $1 AND stream_seq <= (
    SELECT max(stream_seq) FROM (
        SELECT stream_seq FROM data_pipeline_task_logs
        WHERE task_id = $1 ORDER BY stream_seq, line_index LIMIT $2) AS oldest)
