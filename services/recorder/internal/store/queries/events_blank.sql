UPDATE data_pipeline_events SET data = NULL
WHERE task_id = ANY ($1::text[]) AND type <> 'task.deleted' AND data IS NOT NULL
