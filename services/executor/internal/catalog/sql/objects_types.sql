-- The enums, domains, composite types and ranges among the types $1, as
-- statements that make them. {multirange} stands for a column that came with
-- PostgreSQL 14.
SELECT
  'pg_type',
  t.oid,
  CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite' ELSE 'range' END,
  n.nspname::text,
  t.typname::text,
  coalesce(d.description, ''),
  CASE t.typtype
    WHEN 'e' THEN format('CREATE TYPE %I.%I AS ENUM (%s);', n.nspname, t.typname, (
      SELECT coalesce(string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder), '')
      FROM pg_enum e WHERE e.enumtypid = t.oid))
    WHEN 'd' THEN format('CREATE DOMAIN %I.%I AS %s%s%s%s%s;%s', n.nspname, t.typname,
      format_type(t.typbasetype, t.typtypmod),
      (SELECT format(' COLLATE %I.%I', cn.nspname, c.collname)
       FROM pg_type b, pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace
       WHERE b.oid = t.typbasetype AND c.oid = t.typcollation AND b.typcollation <> t.typcollation),
      ' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 'pg_type'::regclass), quote_literal(t.typdefault)),
      CASE WHEN t.typnotnull THEN ' NOT NULL' END,
      (SELECT string_agg(format(E'\n  CONSTRAINT %I %s', con.conname, pg_get_constraintdef(con.oid)), ''
         ORDER BY con.conname COLLATE "C")
       FROM pg_constraint con WHERE con.contypid = t.oid AND con.contype = 'c' AND con.convalidated),
      (SELECT string_agg(format(E'\nALTER DOMAIN %I.%I ADD CONSTRAINT %I %s;',
         n.nspname, t.typname, con.conname, pg_get_constraintdef(con.oid)), '' ORDER BY con.conname COLLATE "C")
       FROM pg_constraint con WHERE con.contypid = t.oid AND con.contype = 'c' AND NOT con.convalidated))
      || coalesce((
        SELECT string_agg(format(E'\nCOMMENT ON CONSTRAINT %I ON DOMAIN %I.%I IS %L;',
          con.conname, n.nspname, t.typname, cd.description), '' ORDER BY con.conname COLLATE "C")
        FROM pg_constraint con
        JOIN pg_description cd
          ON cd.classoid = 'pg_constraint'::regclass AND cd.objoid = con.oid AND cd.objsubid = 0
        WHERE con.contypid = t.oid AND con.contype = 'c'), '')
    WHEN 'c' THEN format('CREATE TYPE %I.%I AS (%s);%s', n.nspname, t.typname,
      (SELECT string_agg(format(E'\n  %I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
         (SELECT format(' COLLATE %I.%I', cn.nspname, c.collname)
          FROM pg_type b, pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace
          WHERE b.oid = a.atttypid AND c.oid = a.attcollation AND b.typcollation <> a.attcollation)),
         ',' ORDER BY a.attnum) || E'\n'
       FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
      (SELECT string_agg(format(E'\nCOMMENT ON COLUMN %I.%I.%I IS %L;',
         n.nspname, t.typname, a.attname, ad.description), '' ORDER BY a.attnum)
       FROM pg_attribute a
       JOIN pg_description ad
         ON ad.classoid = 'pg_class'::regclass AND ad.objoid = a.attrelid AND ad.objsubid = a.attnum
       WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
    ELSE format('CREATE TYPE %I.%I AS RANGE (subtype = %s%s%s%s%s);', n.nspname, t.typname,
      format_type(r.rngsubtype, NULL),
      (SELECT format(', subtype_opclass = %I.%I', onsp.nspname, o.opcname)
       FROM pg_opclass o JOIN pg_namespace onsp ON onsp.oid = o.opcnamespace
       WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
      (SELECT format(', collation = %I.%I', cn.nspname, c.collname)
       FROM pg_type b, pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace
       WHERE b.oid = r.rngsubtype AND c.oid = r.rngcollation AND b.typcollation <> r.rngcollation),
      CASE WHEN r.rngsubdiff <> 0 THEN format(', subtype_diff = %s', r.rngsubdiff::regproc) END,
      (SELECT format(', multirange_type_name = %I.%I', mn.nspname, m.typname)
       FROM pg_type m JOIN pg_namespace mn ON mn.oid = m.typnamespace
       WHERE m.oid = {multirange} AND (m.typnamespace <> t.typnamespace
         OR m.typname <> CASE WHEN t.typname ~ 'range' THEN regexp_replace(t.typname, 'range', 'multirange')
           ELSE t.typname || '_multirange' END)))
  END
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_description d
  ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
LEFT JOIN pg_class rel ON rel.oid = t.typrelid
WHERE t.oid = ANY ($1::oid[]) AND t.typtype IN ('e', 'd', 'c', 'r')
  AND coalesce(rel.relkind, 'c') = 'c' -- a table's row type comes with the table
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
