-- Bounds on each statement, and the same rows and the same text at every time,
-- until the transaction ends.
SELECT
  set_config('statement_timeout', '5000', true),
  set_config('lock_timeout', '1000', true),
  set_config('synchronize_seqscans', 'off', true),
  set_config('max_parallel_workers_per_gather', '0', true),
  set_config('datestyle', 'ISO', true),
  set_config('intervalstyle', 'postgres', true)
