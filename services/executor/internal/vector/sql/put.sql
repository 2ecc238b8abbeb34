-- A document that is there stays as it is; the task joins those that loaded it.
INSERT INTO langchain_pg_embedding AS e (id, collection_id, embedding, document, cmetadata)
SELECT d.id, $1, d.embedding::@vector, d.document, d.cmetadata::jsonb
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS d (id, embedding, document, cmetadata)
ON CONFLICT (id) DO UPDATE
SET cmetadata = jsonb_set(e.cmetadata::jsonb, '{task_ids}',
      coalesce(e.cmetadata::jsonb -> 'task_ids', '[]') || (EXCLUDED.cmetadata::jsonb -> 'task_ids'))
WHERE NOT coalesce(e.cmetadata::jsonb -> 'task_ids', '[]') @> (EXCLUDED.cmetadata::jsonb -> 'task_ids')
