-- Of every function's name: whether one of that name is volatile, and whether
-- one such takes a row, so that it can be called as row.name too.
SELECT p.proname::text,
       bool_or(p.provolatile = 'v'),
       coalesce(bool_or(p.provolatile = 'v' AND p.pronargs - p.pronargdefaults <= 1 AND t.typtype IN ('c', 'p')), false)
FROM pg_proc p
LEFT JOIN pg_type t ON t.oid = p.proargtypes[0]
GROUP BY p.proname
