-- The databases of what a scope means ($1 database, $2 task, $3 load, $4 ids).
SELECT DISTINCT e.cmetadata::jsonb ->> 'database' AS identity
FROM langchain_pg_embedding e
WHERE (e.cmetadata::jsonb @> jsonb_build_object('database', nullif($1::text, ''))
    OR e.cmetadata::jsonb @> jsonb_build_object('task_ids', jsonb_build_array(nullif($2::text, '')))
    OR e.cmetadata::jsonb @> jsonb_build_object('load_id', nullif($3::text, ''))
    OR e.id = ANY ($4::text[]))
  AND e.cmetadata::jsonb ->> 'database' <> ''
ORDER BY identity
