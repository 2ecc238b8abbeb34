-- The tables that SQL can name, which of them a name without a schema means, and
-- of a partition the table that it is part of.
SELECT n.nspname::text, c.relname::text, pg_table_is_visible(c.oid),
       coalesce(wn.nspname::text, ''), coalesce(w.relname::text, '')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class w ON c.relispartition AND w.oid = pg_partition_root(c.oid)
LEFT JOIN pg_namespace wn ON wn.oid = w.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
