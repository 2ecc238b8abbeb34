-- The text search configurations and dictionaries among $1 (catalogues) and $2
-- (oids), as statements that make them.
SELECT
  'pg_ts_dict',
  t.oid,
  'text search dictionary',
  n.nspname::text,
  t.dictname::text,
  coalesce(d.description, ''),
  format('CREATE TEXT SEARCH DICTIONARY %I.%I (TEMPLATE = %I.%I%s);', n.nspname, t.dictname, mn.nspname, m.tmplname,
    ', ' || t.dictinitoption)
FROM pg_ts_dict t
JOIN pg_namespace n ON n.oid = t.dictnamespace
JOIN pg_ts_template m ON m.oid = t.dicttemplate
JOIN pg_namespace mn ON mn.oid = m.tmplnamespace
LEFT JOIN pg_description d
  ON d.classoid = 'pg_ts_dict'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE n.nspname <> 'pg_catalog'
  AND ('pg_ts_dict', t.oid) IN (SELECT c, o FROM unnest($1::text[], $2::oid[]) AS wanted(c, o))
UNION ALL
SELECT
  'pg_ts_config',
  t.oid,
  'text search configuration',
  n.nspname::text,
  t.cfgname::text,
  coalesce(d.description, ''),
  format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I.%I);%s', n.nspname, t.cfgname, pn.nspname, p.prsname, (
    SELECT string_agg(format(E'\nALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %s WITH %s;',
      n.nspname, t.cfgname, token.alias, mapped.dictionaries), '' ORDER BY token.tokid)
    FROM ts_token_type(t.cfgparser) AS token
    JOIN LATERAL (
      SELECT string_agg(format('%I.%I', dn.nspname, dict.dictname), ', ' ORDER BY m.mapseqno) AS dictionaries
      FROM pg_ts_config_map m
      JOIN pg_ts_dict dict ON dict.oid = m.mapdict
      JOIN pg_namespace dn ON dn.oid = dict.dictnamespace
      WHERE m.mapcfg = t.oid AND m.maptokentype = token.tokid
    ) mapped ON mapped.dictionaries IS NOT NULL))
FROM pg_ts_config t
JOIN pg_namespace n ON n.oid = t.cfgnamespace
JOIN pg_ts_parser p ON p.oid = t.cfgparser
JOIN pg_namespace pn ON pn.oid = p.prsnamespace
LEFT JOIN pg_description d
  ON d.classoid = 'pg_ts_config'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE n.nspname <> 'pg_catalog'
  AND ('pg_ts_config', t.oid) IN (SELECT c, o FROM unnest($1::text[], $2::oid[]) AS wanted(c, o))
