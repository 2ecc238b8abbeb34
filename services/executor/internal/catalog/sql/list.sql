-- A page of relations outside the system schemas: those whose name or comment
-- contains $1, after schema $2 and name $3, at most $4.
SELECT
  n.nspname::text,
  c.relname::text,
  CASE c.relkind
    WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
    WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
  coalesce(left(d.description, 120), ''),
  CASE c.relkind
    WHEN 'v' THEN -1
    WHEN 'p' THEN coalesce((
      WITH RECURSIVE part AS (
        SELECT c.oid
        UNION ALL
        SELECT i.inhrelid FROM part p JOIN pg_inherits i ON i.inhparent = p.oid
      )
      SELECT sum(leaf.reltuples) FROM part p JOIN pg_class leaf ON leaf.oid = p.oid
      WHERE leaf.relkind = 'r' AND leaf.reltuples >= 0), -1)
    ELSE c.reltuples
  END::bigint,
  coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'), false)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d
  ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1 = '' OR position(lower($1) IN lower(n.nspname || '.' || c.relname)) > 0
    OR position(lower($1) IN lower(coalesce(d.description, ''))) > 0)
  AND (n.nspname::text COLLATE "C", c.relname::text COLLATE "C") > ($2, $3)
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
LIMIT $4
