SELECT task_id, pair_id, question, sql, coalesce(theme, ''), tables, shapes, coalesce(difficulty, ''), source, coalesce(written_by, ''),
       coalesce(decision, ''), coalesce(decided_by, ''), decided_at, coalesce(note, ''), check_result, first_seq, last_seq
FROM data_pipeline_pairs_reviews
WHERE (task_id, pair_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
