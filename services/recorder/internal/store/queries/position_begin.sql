INSERT INTO data_pipeline_positions (stream, stream_created, sequence, updated_at)
VALUES ($1, $2, $3, now())
ON CONFLICT (stream) DO NOTHING
