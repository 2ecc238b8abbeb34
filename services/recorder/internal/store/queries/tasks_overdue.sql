SELECT s.task
FROM data_pipeline_tasks t JOIN data_pipeline_task_states s USING (id)
WHERE t.status = 'in_progress' AND NOT t.request_closed AND t.started_at < $1
ORDER BY t.started_at LIMIT $2
