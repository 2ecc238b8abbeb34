-- The tables of $1 (schemas) and $2 (names): their columns and keys, as short
-- definitions in the order of the arguments.
SELECT format(E'CREATE TABLE %I.%I (\n  %s\n);', n.nspname, c.relname, concat_ws(E',\n  ', cols.list, keys.list))
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted(nspname, relname, i)
JOIN pg_namespace n ON n.nspname = wanted.nspname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.relname
CROSS JOIN LATERAL (
  SELECT string_agg(
           format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
             || coalesce(' /* ' || e.labels || ' */', '')
             || coalesce(' /* ' || left(replace(regexp_replace(col_description(c.oid, a.attnum), '\s+', ' ', 'g'), '*/', '* /'), 100) || ' */', ''),
           E',\n  ' ORDER BY a.attnum) AS list
  FROM pg_attribute a
  LEFT JOIN LATERAL (
    SELECT left(string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder), 300) AS labels
    FROM pg_enum WHERE enumtypid = a.atttypid
  ) e ON true
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
) cols
LEFT JOIN LATERAL (
  SELECT string_agg(pg_get_constraintdef(k.oid), E',\n  ' ORDER BY k.contype DESC, k.conname) AS list
  FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'f')
) keys ON true
ORDER BY wanted.i
