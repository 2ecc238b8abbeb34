-- The databases that documents are of, by their identities.
SELECT DISTINCT e.cmetadata::jsonb ->> 'database' AS identity
FROM @table e JOIN langchain_pg_collection c ON c.uuid = e.collection_id
WHERE @filter AND e.cmetadata::jsonb ->> 'database' <> ''
ORDER BY identity
LIMIT $7
