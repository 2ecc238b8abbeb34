DELETE FROM data_pipeline_deleted_embedding
WHERE id IN (SELECT id FROM data_pipeline_deleted_embedding WHERE deleted_at < now() - make_interval(secs => $1) LIMIT $2)
