DELETE FROM data_pipeline_task_outputs
WHERE (task_id, file_name) IN (SELECT * FROM unnest($1::text[], $2::text[]))
