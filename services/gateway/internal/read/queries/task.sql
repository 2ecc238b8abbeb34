-- A task and, in the same snapshot, how far the stream is folded into it.
SELECT t.task, coalesce(p.sequence, 0)
FROM data_pipeline_task_states t
LEFT JOIN data_pipeline_positions p ON p.stream = 'PIPELINE'
WHERE t.id = $1
