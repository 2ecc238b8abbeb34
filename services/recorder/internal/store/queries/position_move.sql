WITH fast AS (SELECT set_config('synchronous_commit', 'off', true))
UPDATE data_pipeline_positions SET sequence = $4, updated_at = now()
FROM fast
WHERE stream = $1 AND stream_created = $2 AND sequence = $3
