SELECT w.id
FROM unnest($2::text[]) AS w (id)
WHERE NOT EXISTS (SELECT FROM langchain_pg_embedding e WHERE e.id = w.id AND e.collection_id = $1)
ORDER BY w.id
