-- A page of tasks, the newest first; one more than asked for.
SELECT id, task_type, status, progress, current_step, step_status, db_name,
       left(business_context, 200) AS business_context, output_directory, created_by,
       created_at, started_at, completed_at,
       extract(epoch FROM CASE WHEN request_closed THEN completed_at ELSE now() END - started_at)::float8 AS duration_seconds,
       error_type, error_class, error_step, error_message, warnings_count, attempt
FROM data_pipeline_tasks
WHERE (@status::text[] IS NULL OR status = ANY (@status))
  AND (@db_name::text IS NULL OR db_name = @db_name)
  AND (@created_by::text IS NULL OR created_by = @created_by)
  AND (@from::timestamptz IS NULL OR created_at >= @from)
  AND (@to::timestamptz IS NULL OR created_at < @to)
  AND (@q::text IS NULL OR business_context ILIKE @q)
{{- if .Anchored}}
  AND (created_at, id) {{if .Back}}>{{else}}<{{end}} (@key_time, @key_id)
{{- end}}
ORDER BY created_at {{.Descending}}, id {{.Descending}}
LIMIT @rows
