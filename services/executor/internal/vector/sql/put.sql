-- Of a document that is there, the text and where it came from stay. The task
-- joins those that loaded it, what nobody recorded is filled in, and what is
-- known of it now takes the place of what was known before.
WITH put AS (
  INSERT INTO langchain_pg_embedding AS e (id, collection_id, embedding, document, cmetadata)
  SELECT d.id, $1, d.embedding::@vector, d.document, d.cmetadata::jsonb
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS d (id, embedding, document, cmetadata)
  ON CONFLICT (id) DO UPDATE
  SET cmetadata = EXCLUDED.cmetadata::jsonb || e.cmetadata::jsonb
        || jsonb_strip_nulls(jsonb_build_object(
             'confirmed_at', CASE WHEN e.cmetadata::jsonb ->> 'loaded_at' < EXCLUDED.cmetadata::jsonb ->> 'loaded_at' THEN EXCLUDED.cmetadata::jsonb -> 'loaded_at' END,
             'verdict', EXCLUDED.cmetadata::jsonb -> 'verdict',
             'schema_version', EXCLUDED.cmetadata::jsonb -> 'schema_version',
             'pair_id', EXCLUDED.cmetadata::jsonb -> 'pair_id',
             'tables', EXCLUDED.cmetadata::jsonb -> 'tables'))
        || jsonb_build_object('task_ids', CASE
             WHEN coalesce(e.cmetadata::jsonb -> 'task_ids', '[]') @> (EXCLUDED.cmetadata::jsonb -> 'task_ids') THEN e.cmetadata::jsonb -> 'task_ids'
             ELSE coalesce(e.cmetadata::jsonb -> 'task_ids', '[]') || (EXCLUDED.cmetadata::jsonb -> 'task_ids') END)
  WHERE NOT coalesce(e.cmetadata::jsonb -> 'task_ids', '[]') @> (EXCLUDED.cmetadata::jsonb -> 'task_ids')
     OR NOT e.cmetadata::jsonb ? 'load_id'
     OR coalesce(e.cmetadata::jsonb ->> 'confirmed_at', e.cmetadata::jsonb ->> 'loaded_at', '') < coalesce(EXCLUDED.cmetadata::jsonb ->> 'loaded_at', '')
     OR NOT e.cmetadata::jsonb @> (EXCLUDED.cmetadata::jsonb - ARRAY['task_ids', 'task_id', 'load_id', 'file', 'loaded_at', 'createdat', 'tables'])
     OR e.cmetadata::jsonb -> 'tables' IS DISTINCT FROM EXCLUDED.cmetadata::jsonb -> 'tables'
  RETURNING xmax = 0 AS fresh
)
SELECT count(*) FILTER (WHERE fresh) FROM put
