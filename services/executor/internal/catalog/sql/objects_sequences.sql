-- The sequences among $1 and the columns that own them.
SELECT
  c.oid,
  n.nspname::text,
  c.relname::text,
  coalesce(d.description, ''),
  format_type(s.seqtypid, NULL),
  s.seqstart,
  s.seqincrement,
  s.seqmin,
  s.seqmax,
  s.seqcache,
  s.seqcycle,
  coalesce(tn.nspname::text, ''),
  coalesce(t.relname::text, ''),
  coalesce(a.attname::text, '')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_sequence s ON s.seqrelid = c.oid
LEFT JOIN pg_depend o
  ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0
  AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype = 'a'
LEFT JOIN pg_class t ON t.oid = o.refobjid
LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
LEFT JOIN pg_description d
  ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.oid = ANY ($1::oid[])
