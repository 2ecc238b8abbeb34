-- Whether the table is shared with collections that we did not record as ours of
-- this dimension ($1), or with documents of none.
SELECT EXISTS (SELECT FROM langchain_pg_collection WHERE coalesce(cmetadata::jsonb ->> 'dimension', '') <> $1)
    OR EXISTS (SELECT FROM langchain_pg_embedding WHERE collection_id IS NULL)
