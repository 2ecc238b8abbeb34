-- The extensions among $1, as statements that install them.
SELECT
  'pg_extension',
  e.oid,
  'extension',
  n.nspname::text,
  e.extname::text,
  '',
  format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I;', e.extname, n.nspname)
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.oid = ANY ($1::oid[]) AND e.extname <> 'plpgsql'
