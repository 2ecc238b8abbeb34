-- The collations among $1, as statements that make them. {locale} and {rules}
-- stand for columns that differ between the versions of PostgreSQL.
SELECT
  'pg_collation',
  c.oid,
  'collation',
  n.nspname::text,
  c.collname::text,
  coalesce(d.description, ''),
  format('CREATE COLLATION %I.%I (provider = %s, %s%s%s);', n.nspname, c.collname,
    CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
    CASE c.collprovider WHEN 'c'
      THEN format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype)
      ELSE format('locale = %L', {locale}) END,
    ', rules = ' || quote_literal({rules}),
    CASE WHEN NOT c.collisdeterministic THEN ', deterministic = false' END)
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
LEFT JOIN pg_description d
  ON d.classoid = 'pg_collation'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.oid = ANY ($1::oid[]) AND n.nspname <> 'pg_catalog'
