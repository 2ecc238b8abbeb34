-- A page of a task's log lines, the oldest first; one more than asked for.
SELECT stream_seq, line_index, timestamp, log_level, message, step_name, module_name,
       function_name, execution_id, extra_data, truncated
FROM data_pipeline_task_logs
WHERE task_id = @task_id
  AND (@levels::text[] IS NULL OR log_level = ANY (@levels))
  AND (@step::text IS NULL OR step_name = @step)
  AND (@execution_id::text IS NULL OR execution_id = @execution_id)
  AND (@from::timestamptz IS NULL OR timestamp >= @from)
  AND (@to::timestamptz IS NULL OR timestamp < @to)
  AND (@q::text IS NULL OR message ILIKE @q)
{{- if .Anchored}}
  AND (stream_seq, line_index) {{if .Back}}<{{else}}>{{end}} (@key_seq, @key_index)
{{- end}}
ORDER BY stream_seq {{.Ascending}}, line_index {{.Ascending}}
LIMIT @rows
