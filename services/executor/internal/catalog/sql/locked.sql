-- Tables that another session locks against readers, or will as soon as it may,
-- with those that they are partitions of and the views of all these.
WITH RECURSIVE locked(oid) AS (
  SELECT l.relation
  FROM pg_locks l
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION
  SELECT n.oid
  FROM locked k
  CROSS JOIN LATERAL (
    SELECT i.inhparent AS oid
    FROM pg_inherits i
    WHERE i.inhrelid = k.oid
    UNION ALL
    SELECT r.ev_class
    FROM pg_depend d
    JOIN pg_rewrite r ON r.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = k.oid
  ) n
)
SELECT n.nspname::text, c.relname::text
FROM locked k
JOIN pg_class c ON c.oid = k.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
