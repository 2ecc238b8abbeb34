-- Constraints of the tables and partitions $1, without those that partitions
-- have from their parent.
SELECT
  con.conrelid,
  con.conname::text,
  con.contype::text,
  ARRAY(
    SELECT (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = con.conrelid AND a.attnum = k)
    FROM unnest(con.conkey) AS k WHERE k <> 0
  ),
  coalesce(pg_get_constraintdef(con.oid), ''),
  coalesce(d.description, ''),
  coalesce(xd.description, ''),
  con.contype = 'c' AND con.coninhcount > 0 AND NOT con.conislocal,
  coalesce(rn.nspname::text, ''),
  coalesce(rc.relname::text, ''),
  ARRAY(
    SELECT (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = con.confrelid AND a.attnum = k)
    FROM unnest(con.confkey) AS k
  ),
  con.confupdtype::text,
  con.confdeltype::text,
  con.confmatchtype::text,
  con.condeferrable,
  con.condeferred,
  con.contype = 'f' AND NOT EXISTS (
    SELECT FROM pg_constraint k
    WHERE k.conindid = con.conindid AND k.conrelid = con.confrelid AND k.contype IN ('p', 'u')
  )
FROM pg_constraint con
LEFT JOIN pg_class rc ON rc.oid = con.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
LEFT JOIN pg_description d
  ON d.classoid = 'pg_constraint'::regclass AND d.objoid = con.oid AND d.objsubid = 0
LEFT JOIN pg_description xd
  ON con.contype IN ('p', 'u', 'x')
  AND xd.classoid = 'pg_class'::regclass AND xd.objoid = con.conindid AND xd.objsubid = 0
WHERE con.conrelid = ANY ($1::oid[])
  AND con.contype IN ('p', 'u', 'f', 'c', 'x')
  AND con.conparentid = 0
ORDER BY con.conrelid, con.conname COLLATE "C"
