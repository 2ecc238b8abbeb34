SELECT DISTINCT t
FROM langchain_pg_embedding e, jsonb_array_elements_text(
  CASE jsonb_typeof(e.cmetadata::jsonb -> 'tables') WHEN 'array' THEN e.cmetadata::jsonb -> 'tables' ELSE '[]' END) AS t
WHERE e.collection_id = ANY ($1::uuid[])
  AND e.cmetadata::jsonb @> jsonb_build_object('database', $2::text)
  AND jsonb_typeof(e.cmetadata::jsonb -> 'task_ids') = 'array'
