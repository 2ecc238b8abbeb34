-- Schemas by name.
SELECT n.nspname::text, coalesce(d.description, '')
FROM pg_namespace n
LEFT JOIN pg_description d
  ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0
WHERE n.nspname = ANY ($1::text[])
ORDER BY n.nspname COLLATE "C"
