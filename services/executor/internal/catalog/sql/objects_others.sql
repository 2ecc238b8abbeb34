-- What else the tables need among $1 (catalogues) and $2 (oids), and no short
-- statement makes: operator classes, parsers and templates of text search, types
-- written in C. Members of extensions come with those.
SELECT o.classid, o.objid, 'unsupported', coalesce(i.schema, ''), i.type || ' ' || i.identity, '', ''
FROM unnest($1::text[], $2::oid[]) AS o(classid, objid)
CROSS JOIN LATERAL pg_identify_object(o.classid::regclass, o.objid, 0) i
WHERE i.identity IS NOT NULL
  AND coalesce(i.schema, '') NOT IN ('pg_catalog', 'information_schema')
  AND (o.classid NOT IN ('pg_class', 'pg_constraint', 'pg_type', 'pg_proc', 'pg_extension', 'pg_collation', 'pg_attrdef',
      'pg_operator', 'pg_foreign_server', 'pg_foreign_data_wrapper', 'pg_ts_config', 'pg_ts_dict')
    OR o.classid = 'pg_type' AND EXISTS (
      SELECT FROM pg_type t WHERE t.oid = o.objid AND t.typtype = 'b' AND t.typcategory <> 'A'))
  AND NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = o.classid::regclass AND d.objid = o.objid AND d.deptype = 'e')
