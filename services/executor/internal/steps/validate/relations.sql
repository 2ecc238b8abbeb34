-- The tables that SQL can name, and which of them a name without a schema means.
SELECT n.nspname::text, c.relname::text, pg_table_is_visible(c.oid)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
