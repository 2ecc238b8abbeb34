-- A page of documents by id, with one more that says whether another follows.
SELECT e.id, c.name, coalesce(e.document, ''), coalesce(e.cmetadata::jsonb, '{}'), @when
FROM @table e JOIN langchain_pg_collection c ON c.uuid = e.collection_id
WHERE @filter AND e.id > $7
ORDER BY e.id
LIMIT $8
