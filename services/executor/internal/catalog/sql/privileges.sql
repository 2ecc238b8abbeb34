-- What the connection may not do with the relations of the names $1 (schemas)
-- and $2: use the schema, select from the relation or from some of its columns,
-- or, for a view, select from what it reads with the rights of whoever must
-- have them. One row for each relation to grant something on.
WITH wanted AS (
  SELECT c.oid, c.relkind, c.relowner, n.oid AS schema, n.nspname, c.relname,
    CASE WHEN EXISTS (SELECT FROM unnest(c.reloptions) o WHERE lower(o) IN ('security_invoker=true', 'security_invoker=on', 'security_invoker=1', 'security_invoker=yes'))
      THEN (SELECT oid FROM pg_roles WHERE rolname = current_user) ELSE c.relowner END AS reader
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN unnest($1::text[], $2::text[]) AS w(schema, name) ON n.nspname = w.schema AND c.relname = w.name
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
)
SELECT
  w.nspname::text,
  w.relname::text,
  w.nspname::text,
  w.relname::text,
  current_user::text,
  NOT has_schema_privilege(w.schema, 'USAGE'),
  NOT has_any_column_privilege(w.oid, 'SELECT'),
  ARRAY(
    SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT has_column_privilege(w.oid, a.attnum, 'SELECT')
    ORDER BY a.attnum)
FROM wanted w
WHERE NOT (has_schema_privilege(w.schema, 'USAGE') AND has_table_privilege(w.oid, 'SELECT'))
UNION ALL
SELECT DISTINCT
  w.nspname::text,
  w.relname::text,
  bn.nspname::text,
  b.relname::text,
  pg_get_userbyid(w.reader)::text,
  NOT has_schema_privilege(w.reader, bn.oid, 'USAGE'),
  NOT has_any_column_privilege(w.reader, b.oid, 'SELECT'),
  '{}'::text[]
FROM wanted w
JOIN pg_rewrite r ON r.ev_class = w.oid AND r.rulename = '_RETURN'
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
JOIN pg_class b ON b.oid = d.refobjid AND b.oid <> w.oid AND b.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_namespace bn ON bn.oid = b.relnamespace
WHERE w.relkind = 'v'
  AND NOT (has_schema_privilege(w.reader, bn.oid, 'USAGE') AND has_any_column_privilege(w.reader, b.oid, 'SELECT'))
ORDER BY 1, 2, 3, 4
