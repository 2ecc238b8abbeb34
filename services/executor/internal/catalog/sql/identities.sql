-- The sequences behind identity columns of the tables $1.
SELECT
  d.refobjid,
  a.attname::text,
  n.nspname::text,
  c.relname::text,
  format_type(s.seqtypid, NULL),
  s.seqstart,
  s.seqincrement,
  s.seqmin,
  s.seqmax,
  s.seqcache,
  s.seqcycle,
  coalesce(sd.description, '')
FROM pg_depend d
JOIN pg_sequence s ON s.seqrelid = d.objid
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
LEFT JOIN pg_description sd
  ON sd.classoid = 'pg_class'::regclass AND sd.objoid = c.oid AND sd.objsubid = 0
WHERE d.classid = 'pg_class'::regclass
  AND d.refclassid = 'pg_class'::regclass
  AND d.refobjid = ANY ($1::oid[])
  AND d.deptype = 'i'
