DELETE FROM data_pipeline_tasks WHERE id = ANY ($1::text[])
