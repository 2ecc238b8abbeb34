-- Makes the server qualify every name and write values in one way, until the
-- transaction ends, and says where we are.
SELECT current_database()::text, current_setting('server_version_num')::int
FROM (
  SELECT
    set_config('search_path', '', true),
    set_config('jit', 'off', true), -- slower than the queries themselves, as are
    set_config('max_parallel_workers_per_gather', '0', true), -- more processes
    set_config('quote_all_identifiers', 'off', true),
    set_config('datestyle', 'ISO', true),
    set_config('intervalstyle', 'postgres', true),
    set_config('bytea_output', 'hex', true),
    set_config('extra_float_digits', '1', true)
  OFFSET 0
) AS settings
