SELECT stream, stream_created, sequence, updated_at FROM data_pipeline_positions
