-- The functions among $1, as statements that make them.
SELECT
  'pg_proc',
  p.oid,
  'function',
  n.nspname::text,
  format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
  coalesce(d.description, ''),
  rtrim(pg_get_functiondef(p.oid), E'\n') || ';'
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_description d
  ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
WHERE p.oid = ANY ($1::oid[]) AND p.prokind <> 'a' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
