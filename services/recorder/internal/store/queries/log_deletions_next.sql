SELECT task_id FROM data_pipeline_log_deletions ORDER BY task_id LIMIT 1
