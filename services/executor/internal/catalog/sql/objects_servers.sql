-- The foreign servers among $1, as statements that lack their options and the
-- semicolon. User mappings are nobody's business here.
SELECT
  'pg_foreign_server',
  s.oid,
  'server',
  s.srvname::text,
  coalesce(d.description, ''),
  format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I', s.srvname,
    ' TYPE ' || quote_literal(s.srvtype), ' VERSION ' || quote_literal(s.srvversion), w.fdwname),
  coalesce(s.srvoptions, '{}')
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
LEFT JOIN pg_description d
  ON d.classoid = 'pg_foreign_server'::regclass AND d.objoid = s.oid AND d.objsubid = 0
WHERE s.oid = ANY ($1::oid[])
