-- What operators call.

-- +goose Up

-- Removes the tasks that are at rest and that nothing changed for days_to_keep
-- days, with their executions, outputs, events and, soon after, log lines, and
-- returns how many tasks those were. It tells only this database: deleting a
-- task through the API also removes its files and informs subscribers, and a
-- rebuild brings back what the stream still holds.
-- +goose StatementBegin
CREATE FUNCTION cleanup_old_data_pipeline_tasks(days_to_keep INTEGER) RETURNS INTEGER
LANGUAGE plpgsql AS $$
DECLARE
    old VARCHAR(32)[];
BEGIN
    IF days_to_keep IS NULL OR days_to_keep < 1 THEN
        RAISE EXCEPTION 'days_to_keep must be 1 or more, not %', days_to_keep USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT array_agg(id) INTO old FROM (
        SELECT id FROM data_pipeline_tasks
        WHERE request_closed AND updated_at < now() - make_interval(days => days_to_keep)
        FOR UPDATE) t;
    INSERT INTO data_pipeline_log_deletions (task_id) SELECT unnest(old) ON CONFLICT DO NOTHING;
    DELETE FROM data_pipeline_events WHERE task_id = ANY (old);
    DELETE FROM data_pipeline_tasks WHERE id = ANY (old);
    RETURN coalesce(cardinality(old), 0);
END $$;
-- +goose StatementEnd

-- Empties all tables and positions, so that the recorder rebuilds them from the
-- streams. Stop the recorders first.
-- +goose StatementBegin
CREATE FUNCTION rebuild_data_pipeline() RETURNS VOID
LANGUAGE sql AS $$
    TRUNCATE data_pipeline_tasks, data_pipeline_task_executions, data_pipeline_task_outputs,
             data_pipeline_events, data_pipeline_task_logs, data_pipeline_log_counters,
             data_pipeline_log_deletions, data_pipeline_positions;
$$;
-- +goose StatementEnd
