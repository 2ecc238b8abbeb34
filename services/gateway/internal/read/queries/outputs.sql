SELECT file_name, coalesce(execution_id, '') AS execution_id, file_type, file_path, file_size,
       content_hash, description, modified_at, is_primary, is_downloadable
FROM data_pipeline_task_outputs
WHERE task_id = $1
