-- What was loaded for a database ($2) into a collection ($1) and is about more
-- than one table, the newest first.
SELECT e.id, coalesce(e.document, ''), e.cmetadata::jsonb
FROM langchain_pg_embedding e
WHERE e.collection_id = $1
  AND e.cmetadata::jsonb @> jsonb_build_object('database', $2::text)
  AND jsonb_typeof(e.cmetadata::jsonb -> 'task_ids') = 'array'
  AND CASE jsonb_typeof(e.cmetadata::jsonb -> 'tables') WHEN 'array' THEN jsonb_array_length(e.cmetadata::jsonb -> 'tables') > 1 ELSE false END
ORDER BY e.cmetadata::jsonb ->> 'loaded_at' DESC, e.id
