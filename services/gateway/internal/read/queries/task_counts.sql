SELECT status, count(*) AS tasks FROM data_pipeline_tasks
WHERE created_at >= $1 AND created_at < $2
GROUP BY status
