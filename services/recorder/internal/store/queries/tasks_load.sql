-- The deleted tasks have no row, but an event that says so.
SELECT t.id, s.task, t.updated_at
FROM data_pipeline_tasks t JOIN data_pipeline_task_states s USING (id)
WHERE t.id = ANY ($1::text[])
UNION ALL
SELECT DISTINCT e.task_id, jsonb_build_object('task_id', e.task_id, 'deleted', true), 'epoch'::timestamptz
FROM data_pipeline_events e
WHERE e.type = 'task.deleted' AND e.task_id = ANY ($1::text[])
