SELECT c.relname::text, i.inhrelid IS NOT NULL, coalesce(i.inhdetachpending, false)
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE c.relkind = 'r'
  AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'data_pipeline_task_logs'::regclass)
  AND c.relname ~ '^data_pipeline_task_logs_[0-9]{8}$'
  AND right(c.relname, 8) < $1
ORDER BY c.relname
