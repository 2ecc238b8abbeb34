-- What was loaded for a database ($2) and stands only for tables of the list
-- ($4), or for none and was loaded by this task ($5) alone, goes unless it is
-- there still ($3). So does what is known to be so no more ($6). What other
-- programs loaded has no task_ids.
WITH gone AS (
  DELETE FROM langchain_pg_embedding e
  USING langchain_pg_collection c
  WHERE c.uuid = e.collection_id AND e.collection_id = ANY ($1::uuid[])
    AND e.cmetadata::jsonb @> jsonb_build_object('database', $2::text)
    AND jsonb_typeof(e.cmetadata::jsonb -> 'task_ids') = 'array'
    AND jsonb_typeof(e.cmetadata::jsonb -> 'tables') = 'array'
    AND NOT e.id = ANY ($3::text[])
    AND (e.id = ANY ($6::text[]) OR CASE e.cmetadata::jsonb -> 'tables'
          WHEN '[]' THEN e.cmetadata::jsonb -> 'task_ids' = jsonb_build_array($5::text)
          ELSE e.cmetadata::jsonb -> 'tables' <@ to_jsonb($4::text[]) END)
  RETURNING e.id, e.collection_id, e.embedding, e.document, e.cmetadata, c.cmetadata::jsonb ->> 'embedder' AS embedder
), kept AS (
  INSERT INTO data_pipeline_deleted_embedding AS d (id, collection_id, embedding, document, cmetadata, embedder, deleted_at, reason)
  SELECT id, collection_id, embedding, document, cmetadata::jsonb, coalesce(embedder, ''), now(), 'replaced' FROM gone
  ON CONFLICT (id) DO UPDATE SET collection_id = EXCLUDED.collection_id, embedding = EXCLUDED.embedding, document = EXCLUDED.document,
    cmetadata = EXCLUDED.cmetadata, embedder = EXCLUDED.embedder, deleted_at = EXCLUDED.deleted_at, reason = EXCLUDED.reason
)
SELECT collection_id, count(*) FROM gone GROUP BY collection_id
