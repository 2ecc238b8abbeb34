SELECT pair_id, question, sql, coalesce(theme, '') AS theme, tables, shapes, coalesce(difficulty, '') AS difficulty, source, coalesce(written_by, '') AS written_by,
       coalesce(decision, '') AS decision, coalesce(decided_by, '') AS decided_by, decided_at, coalesce(note, '') AS note,
       check_result, first_seq, last_seq
FROM data_pipeline_pairs_reviews
WHERE task_id = $1
