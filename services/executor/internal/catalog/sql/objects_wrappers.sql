-- The foreign data wrappers among $1, as statements that lack their options
-- and the semicolon.
SELECT
  'pg_foreign_data_wrapper',
  w.oid,
  'foreign data wrapper',
  w.fdwname::text,
  coalesce(d.description, ''),
  format('CREATE FOREIGN DATA WRAPPER %I%s%s', w.fdwname,
    CASE WHEN w.fdwhandler <> 0 THEN format(' HANDLER %s', w.fdwhandler::regproc) END,
    CASE WHEN w.fdwvalidator <> 0 THEN format(' VALIDATOR %s', w.fdwvalidator::regproc) END),
  coalesce(w.fdwoptions, '{}')
FROM pg_foreign_data_wrapper w
LEFT JOIN pg_description d
  ON d.classoid = 'pg_foreign_data_wrapper'::regclass AND d.objoid = w.oid AND d.objsubid = 0
WHERE w.oid = ANY ($1::oid[])
