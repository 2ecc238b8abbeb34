-- The aggregates among the functions $1, as statements that make them.
SELECT
  'pg_proc',
  p.oid,
  'aggregate',
  n.nspname::text,
  format('%I(%s)', p.proname, coalesce(nullif(pg_get_function_identity_arguments(p.oid), ''), '*')),
  coalesce(d.description, ''),
  format(E'CREATE AGGREGATE %I.%I(%s) (\n  %s\n);', n.nspname, p.proname,
    coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'),
    concat_ws(E',\n  ',
      format('SFUNC = %s', a.aggtransfn::regproc),
      format('STYPE = %s', format_type(a.aggtranstype, NULL)),
      'SSPACE = ' || nullif(a.aggtransspace, 0),
      CASE WHEN a.aggfinalfn <> 0 THEN format('FINALFUNC = %s', a.aggfinalfn::regproc) END,
      CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
      CASE WHEN a.aggfinalfn <> 0 AND a.aggfinalmodify <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END
        THEN 'FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
      CASE WHEN a.aggcombinefn <> 0 THEN format('COMBINEFUNC = %s', a.aggcombinefn::regproc) END,
      CASE WHEN a.aggserialfn <> 0 THEN format('SERIALFUNC = %s', a.aggserialfn::regproc) END,
      CASE WHEN a.aggdeserialfn <> 0 THEN format('DESERIALFUNC = %s', a.aggdeserialfn::regproc) END,
      CASE WHEN a.agginitval IS NOT NULL THEN format('INITCOND = %L', a.agginitval) END,
      CASE WHEN a.aggmtransfn <> 0 THEN format('MSFUNC = %s', a.aggmtransfn::regproc) END,
      CASE WHEN a.aggminvtransfn <> 0 THEN format('MINVFUNC = %s', a.aggminvtransfn::regproc) END,
      CASE WHEN a.aggmtransfn <> 0 THEN format('MSTYPE = %s', format_type(a.aggmtranstype, NULL)) END,
      'MSSPACE = ' || nullif(a.aggmtransspace, 0),
      CASE WHEN a.aggmfinalfn <> 0 THEN format('MFINALFUNC = %s', a.aggmfinalfn::regproc) END,
      CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
      CASE WHEN a.aggmfinalfn <> 0 AND a.aggmfinalmodify <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END
        THEN 'MFINALFUNC_MODIFY = ' || CASE a.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
      CASE WHEN a.aggminitval IS NOT NULL THEN format('MINITCOND = %L', a.aggminitval) END,
      CASE WHEN a.aggsortop <> 0 THEN (
        SELECT format('SORTOP = OPERATOR(%I.%s)', sn.nspname, s.oprname)
        FROM pg_operator s JOIN pg_namespace sn ON sn.oid = s.oprnamespace WHERE s.oid = a.aggsortop) END,
      CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
      CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END))
FROM pg_proc p
JOIN pg_aggregate a ON a.aggfnoid = p.oid
JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_description d
  ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
WHERE p.oid = ANY ($1::oid[]) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
