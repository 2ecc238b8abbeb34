-- The qualified name of the type vector or '', whether the extension could be
-- created, and the server's major version.
SELECT coalesce((SELECT format('%I.vector', n.nspname)
                 FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                 WHERE e.extname = 'vector'), ''),
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector'),
       current_setting('server_version_num')::int / 10000
