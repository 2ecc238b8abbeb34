SELECT id, document, coalesce(cmetadata::jsonb, '{}'), 1 - (embedding OPERATOR(@schema.<=>) $2::text::@vector) AS cosine
FROM langchain_pg_embedding
WHERE collection_id = $1 @database
ORDER BY embedding OPERATOR(@schema.<=>) $2::text::@vector, id
LIMIT $3
