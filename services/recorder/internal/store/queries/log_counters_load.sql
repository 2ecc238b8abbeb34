-- A row for each deleted task too, under a request that there is not.
SELECT task_id, request_seq, attempt, next_line, false
FROM data_pipeline_log_counters WHERE task_id = ANY ($1::text[])
UNION ALL
SELECT DISTINCT task_id, 0::bigint, 0, 0::bigint, true
FROM data_pipeline_events WHERE type = 'task.deleted' AND task_id = ANY ($1::text[])
