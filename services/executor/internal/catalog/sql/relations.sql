-- Tables, views and foreign tables by name ($1 schemas, $2 names; both null:
-- all), each followed by its partitions at every depth.
WITH RECURSIVE tree AS (
  SELECT c.oid, c.oid AS root, 0::oid AS parent, 0 AS depth
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND NOT c.relispartition
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND ($1::text[] IS NULL
      OR (n.nspname, c.relname) IN (SELECT s, t FROM unnest($1::text[], $2::text[]) AS wanted(s, t)))
  UNION ALL
  SELECT c.oid, t.root, t.oid, t.depth + 1
  FROM tree t
  JOIN pg_inherits i ON i.inhparent = t.oid
  JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition AND c.relkind IN ('r', 'p', 'f')
)
SELECT
  t.oid,
  t.root,
  t.parent,
  n.nspname::text,
  c.relname::text,
  CASE c.relkind
    WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
    WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
  c.relpersistence = 'u',
  coalesce(d.description, ''),
  coalesce(pg_get_partkeydef(c.oid), ''),
  coalesce(pg_get_expr(c.relpartbound, c.oid), ''),
  c.reltuples::float8,
  c.relpages > 0,
  coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'), false),
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) ELSE '' END,
  CASE WHEN c.relkind = 'v' THEN coalesce(c.reloptions, '{}') ELSE '{}' END,
  c.relispopulated,
  CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) ELSE '' END,
  coalesce(s.srvname::text, ''),
  coalesce(f.ftoptions, '{}')
FROM tree t
JOIN pg_class c ON c.oid = t.oid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_foreign_table f ON f.ftrelid = c.oid
LEFT JOIN pg_foreign_server s ON s.oid = f.ftserver
LEFT JOIN pg_description d
  ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
ORDER BY t.depth, n.nspname COLLATE "C", c.relname COLLATE "C"
