-- What the types of the columns of the tables $1 are behind their domains.
WITH RECURSIVE base AS (
  SELECT u.atttypid AS type, u.atttypid AS base, -1 AS typmod
  FROM (
    SELECT DISTINCT atttypid FROM pg_attribute
    WHERE attrelid = ANY ($1::oid[]) AND attnum > 0 AND NOT attisdropped
  ) u
  UNION ALL
  SELECT b.type, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.typmod END
  FROM base b
  JOIN pg_type t ON t.oid = b.base AND t.typtype = 'd'
)
SELECT
  b.type,
  b.type <> b.base,
  format_type(b.base, b.typmod),
  t.typname::text,
  t.typtype::text,
  t.typcategory::text,
  ARRAY(
    SELECT e.enumlabel::text FROM pg_enum e
    WHERE e.enumtypid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
    ORDER BY e.enumsortorder
  )
FROM base b
JOIN pg_type t ON t.oid = b.base AND t.typtype <> 'd'
