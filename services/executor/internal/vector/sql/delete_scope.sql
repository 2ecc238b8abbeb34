-- Of what a scope means ($3 database, $4 task, $5 load, $6 ids) and was loaded
-- before the request ($2), and not again since, all goes; where the scope is a task's ($7), what other
-- tasks loaded too only loses its mark.
WITH meant AS (
  SELECT e.id, e.cmetadata::jsonb AS m, c.cmetadata::jsonb ->> 'embedder' AS embedder
  FROM langchain_pg_embedding e JOIN langchain_pg_collection c ON c.uuid = e.collection_id
  WHERE c.name = ANY ($1::text[])
    AND coalesce(e.cmetadata::jsonb ->> 'confirmed_at', e.cmetadata::jsonb ->> 'loaded_at', '') <= $2::text
    AND (e.cmetadata::jsonb @> jsonb_build_object('database', nullif($3::text, ''))
      OR e.cmetadata::jsonb @> jsonb_build_object('task_ids', jsonb_build_array(nullif($4::text, '')))
      OR e.cmetadata::jsonb @> jsonb_build_object('load_id', nullif($5::text, ''))
      OR e.id = ANY ($6::text[]))
), shared AS (
  UPDATE langchain_pg_embedding e
  SET cmetadata = (CASE WHEN m.m ->> 'task_id' = $7::text THEN m.m - ARRAY['task_id', 'load_id', 'file'] ELSE m.m END)
        || jsonb_build_object('task_ids', (m.m -> 'task_ids') - $7::text)
  FROM meant m
  WHERE e.id = m.id AND $7::text <> '' AND jsonb_array_length(m.m -> 'task_ids') > 1
), gone AS (
  DELETE FROM langchain_pg_embedding e
  USING meant m
  WHERE e.id = m.id AND NOT ($7::text <> '' AND jsonb_array_length(m.m -> 'task_ids') > 1)
  RETURNING e.id, e.collection_id, e.embedding, e.document, m.m, m.embedder
), kept AS (
  INSERT INTO data_pipeline_deleted_embedding AS d (id, collection_id, embedding, document, cmetadata, embedder, deleted_at, reason)
  SELECT id, collection_id, embedding, document, m, coalesce(embedder, ''), now(), 'requested' FROM gone
  ON CONFLICT (id) DO UPDATE SET collection_id = EXCLUDED.collection_id, embedding = EXCLUDED.embedding, document = EXCLUDED.document,
    cmetadata = EXCLUDED.cmetadata, embedder = EXCLUDED.embedder, deleted_at = EXCLUDED.deleted_at, reason = EXCLUDED.reason
)
SELECT count(*) FROM gone
