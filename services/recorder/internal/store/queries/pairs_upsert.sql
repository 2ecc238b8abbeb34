INSERT INTO data_pipeline_pairs_reviews (
    task_id, pair_id, question, sql, theme,
    tables, shapes, difficulty, source, written_by, decision,
    decided_by, decided_at, note, verdict, check_result,
    first_seq, last_seq, updated_at)
SELECT * FROM unnest(
    @task_id::text[], @pair_id::text[], @question::text[], @sql::text[], @theme::text[],
    @tables::jsonb[], @shapes::jsonb[], @difficulty::text[], @source::text[], @written_by::text[], @decision::text[],
    @decided_by::text[], @decided_at::timestamptz[], @note::text[], @verdict::text[], @check_result::jsonb[],
    @first_seq::bigint[], @last_seq::bigint[], @updated_at::timestamptz[])
ON CONFLICT (task_id, pair_id) DO UPDATE SET
    question = excluded.question, sql = excluded.sql, theme = excluded.theme,
    tables = excluded.tables, shapes = excluded.shapes, difficulty = excluded.difficulty,
    source = excluded.source, written_by = excluded.written_by, decision = excluded.decision,
    decided_by = excluded.decided_by, decided_at = excluded.decided_at, note = excluded.note,
    verdict = excluded.verdict, check_result = excluded.check_result,
    last_seq = excluded.last_seq, updated_at = excluded.updated_at
