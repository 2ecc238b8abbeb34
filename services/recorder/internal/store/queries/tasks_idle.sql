SELECT s.task
FROM data_pipeline_tasks t JOIN data_pipeline_task_states s USING (id)
WHERE t.updated_at < $1
  AND NOT EXISTS (SELECT FROM data_pipeline_pairs_reviews p WHERE p.task_id = t.id AND p.updated_at >= $1)
ORDER BY t.updated_at LIMIT $2
