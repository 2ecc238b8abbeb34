-- Log lines from the stream PIPELINE_LOGS, a partition for each UTC day of
-- recorded_at. No foreign key: lines may be ahead of their task. No default
-- partition: it would be scanned, and locked, by every attachment.

-- +goose Up

CREATE TABLE data_pipeline_task_logs (
    stream_seq    BIGINT      NOT NULL,
    line_index    SMALLINT    NOT NULL,     -- with stream_seq the address of the line
    recorded_at   TIMESTAMPTZ NOT NULL,     -- when the stream took the line's message
    task_id       VARCHAR(32) NOT NULL,
    execution_id  VARCHAR(128),
    log_level     VARCHAR(8)  NOT NULL
        CHECK (log_level IN ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')),
    message       TEXT        NOT NULL,
    step_name     VARCHAR(32),
    module_name   VARCHAR(255),
    function_name VARCHAR(255),
    timestamp     TIMESTAMPTZ NOT NULL,     -- when it was logged
    extra_data    JSONB,
    truncated     BOOLEAN     NOT NULL,     -- the message was longer
    PRIMARY KEY (stream_seq, line_index, recorded_at)
) PARTITION BY RANGE (recorded_at);

CREATE INDEX data_pipeline_task_logs_task      ON data_pipeline_task_logs (task_id, stream_seq, line_index);
CREATE INDEX data_pipeline_task_logs_step      ON data_pipeline_task_logs (task_id, step_name, stream_seq, line_index);
CREATE INDEX data_pipeline_task_logs_level     ON data_pipeline_task_logs (task_id, log_level, stream_seq, line_index)
    WHERE log_level IN ('WARNING', 'ERROR', 'CRITICAL');
CREATE INDEX data_pipeline_task_logs_timestamp ON data_pipeline_task_logs USING brin (timestamp);

-- How many lines of an attempt were seen, so that repeats are dropped.
CREATE TABLE data_pipeline_log_counters (
    task_id     VARCHAR(32) NOT NULL,
    request_seq BIGINT      NOT NULL,
    attempt     INTEGER     NOT NULL,
    next_line   BIGINT      NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,       -- of the last message
    PRIMARY KEY (task_id, request_seq, attempt)
);

CREATE INDEX data_pipeline_log_counters_recorded_at ON data_pipeline_log_counters (recorded_at);

-- Deleted tasks whose log lines are still to be removed.
CREATE TABLE data_pipeline_log_deletions (
    task_id VARCHAR(32) PRIMARY KEY
);

-- Attaches the partitions of the days first to last that are missing.
-- +goose StatementBegin
CREATE FUNCTION ensure_data_pipeline_log_partitions(first DATE, last DATE) RETURNS VOID
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    day  DATE := first;
    name TEXT;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('data_pipeline_task_logs partitions', 0));
    WHILE day <= last LOOP
        name := 'data_pipeline_task_logs_' || to_char(day, 'YYYYMMDD');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE data_pipeline_task_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
            EXECUTE format('ALTER TABLE data_pipeline_task_logs ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                           name, day::timestamptz, (day + 1)::timestamptz);
        END IF;
        day := day + 1;
    END LOOP;
END $$;
-- +goose StatementEnd
