SELECT FROM data_pipeline_positions WHERE stream = $1 FOR UPDATE
