INSERT INTO data_pipeline_task_outputs (
    task_id, file_name, execution_id, file_type, file_path,
    file_size, content_hash, description, created_at, modified_at,
    is_primary, is_downloadable)
SELECT * FROM unnest(
    @task_id::text[], @file_name::text[], @execution_id::text[],
    @file_type::text[], @file_path::text[], @file_size::bigint[],
    @content_hash::text[], @description::text[], @created_at::timestamptz[],
    @modified_at::timestamptz[], @is_primary::boolean[], @is_downloadable::boolean[])
ON CONFLICT (task_id, file_name) DO UPDATE SET
    execution_id = excluded.execution_id, file_type = excluded.file_type,
    file_path = excluded.file_path, file_size = excluded.file_size,
    content_hash = excluded.content_hash, description = excluded.description,
    modified_at = excluded.modified_at,
    is_primary = excluded.is_primary, is_downloadable = excluded.is_downloadable
