-- Columns of the tables $1. An expression of the column's own, without others,
-- is written without opening its table, and a right to the whole table is asked for
-- first: both are dear by the thousand.
SELECT
  a.attrelid,
  a.attname::text,
  coalesce(d.description, ''),
  format_type(a.atttypid, a.atttypmod),
  a.atttypid,
  a.attnotnull,
  coalesce(pg_get_expr(ad.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE ad.adrelid END), ''),
  a.attgenerated::text,
  a.attidentity::text,
  CASE WHEN a.attcollation <> t.typcollation
    THEN format('%I.%I', cn.nspname, c.collname) ELSE '' END,
  NOT a.attislocal,
  coalesce(a.attfdwoptions, '{}'),
  coalesce(has_table_privilege(a.attrelid, 'SELECT') OR has_column_privilege(a.attrelid, a.attnum, 'SELECT'), false)
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
LEFT JOIN pg_collation c ON c.oid = a.attcollation
LEFT JOIN pg_namespace cn ON cn.oid = c.collnamespace
LEFT JOIN pg_description d
  ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
