-- How many requests wait for an executor before a request.
SELECT count(*) FROM data_pipeline_tasks
WHERE NOT request_closed AND status = 'pending' AND request_seq < $1
  AND state -> 'request' ->> 'runner' = 'pool'
