-- What a scope means ($2 database, $3 task, $4 load, $5 ids) comes back, unless
-- it was loaded again, or its collection is gone or of another embedder now.
-- What a later load replaced comes back only by load or id: by database or task
-- it would stand beside what replaced it.
WITH back AS (
  DELETE FROM data_pipeline_deleted_embedding d
  USING langchain_pg_collection c
  WHERE c.uuid = d.collection_id AND c.name = ANY ($1::text[]) AND coalesce(c.cmetadata::jsonb ->> 'embedder', '') = d.embedder
    AND (d.reason = 'requested' AND (d.cmetadata @> jsonb_build_object('database', nullif($2::text, ''))
                                  OR d.cmetadata @> jsonb_build_object('task_ids', jsonb_build_array(nullif($3::text, ''))))
      OR d.cmetadata @> jsonb_build_object('load_id', nullif($4::text, ''))
      OR d.id = ANY ($5::text[]))
    AND NOT EXISTS (SELECT FROM langchain_pg_embedding e WHERE e.id = d.id)
  RETURNING d.*
), put AS (
  INSERT INTO langchain_pg_embedding (id, collection_id, embedding, document, cmetadata)
  SELECT id, collection_id, embedding, document, cmetadata FROM back
)
SELECT count(*) FROM back
