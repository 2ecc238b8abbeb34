-- Columns of the partitions among $1 that have a comment, or another default or
-- NOT NULL than in the table that the partition is directly part of.
SELECT
  a.attrelid,
  a.attname::text,
  coalesce(d.description, ''),
  coalesce(pg_get_expr(ad.adbin, ad.adrelid), ''),
  pg_get_expr(ad.adbin, ad.adrelid) IS DISTINCT FROM pg_get_expr(pd.adbin, pd.adrelid),
  a.attnotnull AND NOT p.attnotnull
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
LEFT JOIN pg_attrdef pd ON pd.adrelid = p.attrelid AND pd.adnum = p.attnum
LEFT JOIN pg_description d
  ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE c.oid = ANY ($1::oid[])
  AND (d.description IS NOT NULL
    OR a.attgenerated = '' AND pg_get_expr(ad.adbin, ad.adrelid) IS DISTINCT FROM pg_get_expr(pd.adbin, pd.adrelid)
    OR a.attnotnull AND NOT p.attnotnull)
ORDER BY a.attrelid, a.attnum
