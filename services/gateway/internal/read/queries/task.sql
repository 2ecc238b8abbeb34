SELECT task FROM data_pipeline_task_states WHERE id = $1
