SELECT count(*)
FROM (SELECT FROM @table e JOIN langchain_pg_collection c ON c.uuid = e.collection_id WHERE @filter LIMIT $7) AS counted
