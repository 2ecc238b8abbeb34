-- Parents of the tables $1 by INHERITS.
SELECT i.inhrelid, n.nspname::text, c.relname::text
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhparent
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.inhrelid = ANY ($1::oid[])
ORDER BY i.inhrelid, i.inhseqno
