-- The executions that ended in a span of time; durations are of those that did
-- their work.
SELECT execution_step AS step,
       count(*) AS executions,
       count(*) FILTER (WHERE status IN ('completed', 'partial_completed')) AS completed,
       count(*) FILTER (WHERE status = 'failed') AS failed,
       count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
       avg(duration_seconds) FILTER (WHERE status IN ('completed', 'partial_completed')) AS avg_seconds,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds)
           FILTER (WHERE status IN ('completed', 'partial_completed')) AS p50_seconds,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_seconds)
           FILTER (WHERE status IN ('completed', 'partial_completed')) AS p95_seconds
FROM data_pipeline_task_executions
WHERE completed_at >= $1 AND completed_at < $2
GROUP BY execution_step
