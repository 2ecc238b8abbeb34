-- What the tables and partitions $1 need, directly (source 0, 0) or by way of
-- something else: edges from source to target, both as catalogue and oid. What
-- the server itself brings along has no edges, tables are no targets, and a
-- member of an extension needs nothing but that.
WITH RECURSIVE root(classid, objid) AS (
  SELECT 'pg_class'::regclass::oid, unnest($1::oid[])
  UNION ALL
  SELECT 'pg_attrdef'::regclass::oid, oid FROM pg_attrdef WHERE adrelid = ANY ($1::oid[])
  UNION ALL
  SELECT 'pg_constraint'::regclass::oid, oid FROM pg_constraint WHERE conrelid = ANY ($1::oid[])
  UNION ALL
  SELECT 'pg_class'::regclass::oid, indexrelid FROM pg_index WHERE indrelid = ANY ($1::oid[])
),
edge(source_class, source, target_class, target) AS (
  SELECT 0::oid, 0::oid, d.refclassid, d.refobjid
  FROM root r
  JOIN pg_depend d ON d.classid = r.classid AND d.objid = r.objid
  LEFT JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
  WHERE d.deptype IN ('n', 'a', 'i')
    AND d.refclassid NOT IN ('pg_namespace'::regclass, 'pg_constraint'::regclass, 'pg_extension'::regclass)
    AND (c.relkind IS NULL OR c.relkind = 'S')
  UNION
  SELECT e.target_class, e.target, n.classid, n.objid
  FROM (SELECT DISTINCT target_class, target FROM edge) e
  CROSS JOIN LATERAL (
    SELECT d.refclassid AS classid, d.refobjid AS objid
    FROM pg_depend d
    LEFT JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
    WHERE d.classid = e.target_class AND d.objid = e.target
      AND d.deptype IN ('n', 'a', 'i', 'e')
      AND d.refclassid <> 'pg_namespace'::regclass
      AND (c.relkind IS NULL OR c.relkind IN ('S', 'c'))
      AND (d.deptype = 'e' OR NOT EXISTS (
        SELECT FROM pg_depend x
        WHERE x.classid = d.classid AND x.objid = d.objid AND x.deptype = 'e'))
    UNION ALL
    SELECT 'pg_constraint'::regclass, con.oid
    FROM pg_constraint con
    WHERE e.target_class = 'pg_type'::regclass AND con.contypid = e.target
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid
    FROM pg_type t
    JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
    WHERE e.target_class = 'pg_type'::regclass AND t.oid = e.target
  ) n
)
SELECT e.source_class::regclass::text, e.source, e.target_class::regclass::text, e.target
FROM edge e
