-- What the relations and partitions $1 need: edges from source to target, both
-- as catalogue and oid. Edges begin at a relation for itself, its defaults,
-- constraints, indexes and query, and go on from whatever is needed, save from
-- another relation. What the server itself brings along has no edges, the
-- target of a foreign key is none, and a member of an extension needs nothing
-- but that.
WITH RECURSIVE root(owner, classid, objid, contype) AS (
  SELECT o, 'pg_class'::regclass::oid, o, ''::"char" FROM unnest($1::oid[]) AS o
  UNION ALL
  SELECT adrelid, 'pg_attrdef'::regclass::oid, oid, '' FROM pg_attrdef WHERE adrelid = ANY ($1::oid[])
  UNION ALL
  SELECT conrelid, 'pg_constraint'::regclass::oid, oid, contype FROM pg_constraint WHERE conrelid = ANY ($1::oid[])
  UNION ALL
  SELECT indrelid, 'pg_class'::regclass::oid, indexrelid, '' FROM pg_index WHERE indrelid = ANY ($1::oid[])
  UNION ALL
  SELECT ev_class, 'pg_rewrite'::regclass::oid, oid, '' FROM pg_rewrite
  WHERE ev_class = ANY ($1::oid[]) AND rulename = '_RETURN'
),
system(schema) AS (
  SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema'
),
edge(source_class, source, target_class, target, relation) AS (
  SELECT 'pg_class'::regclass::oid, r.owner, d.refclassid, d.refobjid, coalesce(c.relkind, 'S') <> 'S'
  FROM root r
  JOIN pg_depend d ON d.classid = r.classid AND d.objid = r.objid
  LEFT JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
  WHERE d.deptype IN ('n', 'a', 'i')
    AND d.refclassid NOT IN ('pg_namespace'::regclass, 'pg_constraint'::regclass, 'pg_extension'::regclass)
    AND (c.relkind IS NULL OR c.relkind = 'S'
      OR c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid <> r.owner AND r.contype <> 'f'
        AND c.relnamespace NOT IN (SELECT schema FROM system))
  UNION
  SELECT e.target_class, e.target, n.classid, n.objid, n.relation
  FROM (SELECT DISTINCT target_class, target FROM edge WHERE NOT relation) e
  CROSS JOIN LATERAL (
    SELECT d.refclassid AS classid, d.refobjid AS objid, coalesce(c.relkind, 'S') NOT IN ('S', 'c') AS relation
    FROM pg_depend d
    LEFT JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
    WHERE d.classid = e.target_class AND d.objid = e.target
      AND d.deptype IN ('n', 'a', 'i', 'e')
      AND d.refclassid <> 'pg_namespace'::regclass
      AND (c.relkind IS NULL OR c.relkind IN ('S', 'c')
        OR c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace NOT IN (SELECT schema FROM system)
          AND e.target_class <> 'pg_class'::regclass)
      AND (d.deptype = 'e' OR NOT EXISTS (
        SELECT FROM pg_depend x
        WHERE x.classid = d.classid AND x.objid = d.objid AND x.deptype = 'e'))
    UNION ALL
    SELECT 'pg_constraint'::regclass, con.oid, false
    FROM pg_constraint con
    WHERE e.target_class = 'pg_type'::regclass AND con.contypid = e.target
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, false
    FROM pg_type t
    JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
    WHERE e.target_class = 'pg_type'::regclass AND t.oid = e.target
  ) n
)
SELECT e.source_class::regclass::text, e.source, e.target_class::regclass::text, e.target
FROM edge e
