SELECT stream_created, sequence FROM data_pipeline_positions WHERE stream = $1
