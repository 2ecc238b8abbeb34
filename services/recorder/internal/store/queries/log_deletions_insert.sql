INSERT INTO data_pipeline_log_deletions (task_id) SELECT unnest($1::text[])
ON CONFLICT DO NOTHING
