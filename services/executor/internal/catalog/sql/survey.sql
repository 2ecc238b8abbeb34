-- Who asks, and how many tables, views and foreign tables there are and may be read.
SELECT
  current_setting('server_version'),
  current_user::text,
  count(c.oid),
  count(c.oid) FILTER (
    WHERE has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'))
FROM pg_namespace n
LEFT JOIN pg_class c
  ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
