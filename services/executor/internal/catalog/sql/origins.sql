-- The columns $2 of the relations $1, which correspond, under the name and with
-- the comments of the table that a partition is part of.
SELECT
  w.relation,
  w.number,
  n.nspname::text,
  c.relname::text,
  coalesce(obj_description(c.oid, 'pg_class'), ''),
  a.attname::text,
  coalesce(col_description(c.oid, root.attnum), ''),
  EXISTS (
    SELECT FROM pg_constraint k
    WHERE k.conrelid = a.attrelid AND k.contype IN ('p', 'f') AND a.attnum = ANY (k.conkey))
FROM unnest($1::oid[], $2::int2[]) AS w(relation, number)
JOIN pg_attribute a ON a.attrelid = w.relation AND a.attnum = w.number
JOIN pg_class c ON c.oid = coalesce(pg_partition_root(w.relation), w.relation)
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute root ON root.attrelid = c.oid AND root.attname = a.attname
