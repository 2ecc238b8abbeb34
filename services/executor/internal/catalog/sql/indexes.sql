-- Indexes of the tables and partitions $1 that neither stand behind a
-- constraint nor belong to an index of the parent. Those that a failed CREATE
-- INDEX CONCURRENTLY left behind are left out.
SELECT
  i.indrelid,
  c.relname::text,
  i.indisunique,
  pg_get_indexdef(i.indexrelid),
  coalesce(d.description, '')
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_description d
  ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE i.indrelid = ANY ($1::oid[])
  AND (i.indisvalid OR c.relkind = 'I')
  AND NOT c.relispartition
  AND NOT EXISTS (
    SELECT FROM pg_constraint con
    WHERE con.conindid = i.indexrelid AND con.conrelid = i.indrelid AND con.contype IN ('p', 'u', 'x')
  )
ORDER BY i.indrelid, c.relname COLLATE "C"
