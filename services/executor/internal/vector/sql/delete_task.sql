-- What only this task loaded goes; what others loaded too loses its mark.
WITH gone AS (
  DELETE FROM langchain_pg_embedding
  WHERE cmetadata::jsonb @> jsonb_build_object('task_ids', jsonb_build_array($1::text))
    AND jsonb_array_length(cmetadata::jsonb -> 'task_ids') = 1
  RETURNING id
), unmarked AS (
  UPDATE langchain_pg_embedding
  SET cmetadata = (CASE WHEN cmetadata::jsonb ->> 'task_id' = $1 THEN cmetadata::jsonb - ARRAY['task_id', 'load_id', 'file'] ELSE cmetadata::jsonb END)
        || jsonb_build_object('task_ids', (cmetadata::jsonb -> 'task_ids') - $1::text)
  WHERE cmetadata::jsonb @> jsonb_build_object('task_ids', jsonb_build_array($1::text))
    AND jsonb_array_length(cmetadata::jsonb -> 'task_ids') > 1
)
SELECT count(*) FROM gone
