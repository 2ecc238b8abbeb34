-- The recorder's newest migration.
SELECT coalesce(max(version_id), 0) FROM data_pipeline_schema_version WHERE is_applied
