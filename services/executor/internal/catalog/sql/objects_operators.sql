-- The operators among $1, as statements that make them. A commutator or negator
-- is named where it is among $1 too, since naming it makes it exist.
SELECT
  'pg_operator',
  o.oid,
  'operator',
  n.nspname::text,
  format('%s (%s, %s)', o.oprname,
    CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END, format_type(o.oprright, NULL)),
  coalesce(d.description, ''),
  format(E'CREATE OPERATOR %I.%s (\n  FUNCTION = %s%s,\n  RIGHTARG = %s%s%s%s%s%s%s\n);', n.nspname, o.oprname,
    o.oprcode::regproc,
    CASE WHEN o.oprleft <> 0 THEN format(E',\n  LEFTARG = %s', format_type(o.oprleft, NULL)) END,
    format_type(o.oprright, NULL),
    (SELECT format(E',\n  COMMUTATOR = OPERATOR(%I.%s)', cn.nspname, c.oprname)
     FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace
     WHERE c.oid = o.oprcom AND c.oid = ANY ($1::oid[])),
    (SELECT format(E',\n  NEGATOR = OPERATOR(%I.%s)', cn.nspname, c.oprname)
     FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace
     WHERE c.oid = o.oprnegate AND c.oid = ANY ($1::oid[])),
    CASE WHEN o.oprrest <> 0 THEN format(E',\n  RESTRICT = %s', o.oprrest::regproc) END,
    CASE WHEN o.oprjoin <> 0 THEN format(E',\n  JOIN = %s', o.oprjoin::regproc) END,
    CASE WHEN o.oprcanhash THEN E',\n  HASHES' END,
    CASE WHEN o.oprcanmerge THEN E',\n  MERGES' END)
FROM pg_operator o
JOIN pg_namespace n ON n.oid = o.oprnamespace
LEFT JOIN pg_description d
  ON d.classoid = 'pg_operator'::regclass AND d.objoid = o.oid AND d.objsubid = 0
WHERE o.oid = ANY ($1::oid[]) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
