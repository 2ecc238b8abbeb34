-- Tasks and what belongs to them, folded from the stream PIPELINE.

-- +goose Up

CREATE TABLE data_pipeline_tasks (
    id               VARCHAR(32)  PRIMARY KEY,
    task_type        VARCHAR(50)  NOT NULL,
    status           VARCHAR(20)  NOT NULL
        CHECK (status IN ('pending', 'in_progress', 'partial_completed', 'completed', 'failed', 'cancelled')),
    parameters       JSONB        NOT NULL, -- as the caller gave them, secrets masked
    result           JSONB,                 -- of the newest request, once it is closed
    error_type       VARCHAR(64),
    error_class      VARCHAR(16),
    error_step       VARCHAR(32),
    error_message    TEXT,
    progress         SMALLINT     NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    current_step     VARCHAR(32),
    step_status      JSONB        NOT NULL DEFAULT '{}', -- step → status
    step_stats       JSONB        NOT NULL DEFAULT '{}', -- step → progress, counts, times
    warnings_count   INTEGER      NOT NULL DEFAULT 0,
    created_at       TIMESTAMPTZ  NOT NULL,
    started_at       TIMESTAMPTZ,           -- of the newest request
    completed_at     TIMESTAMPTZ,           -- of the newest request
    created_by       VARCHAR(255) NOT NULL,
    output_directory TEXT         NOT NULL,
    db_name          VARCHAR(128) NOT NULL,
    business_context TEXT         NOT NULL,
    request_seq      BIGINT       NOT NULL, -- stream sequence of the newest request
    requested_at     TIMESTAMPTZ  NOT NULL,
    request_closed   BOOLEAN      NOT NULL,
    cancel_requested BOOLEAN      NOT NULL,
    attempt          INTEGER      NOT NULL,
    scan_complete    BOOLEAN      NOT NULL, -- all files of the closed request are registered
    log_sequence     BIGINT       NOT NULL, -- the closed request's last sequence in PIPELINE_LOGS, or 0
    last_seq         BIGINT       NOT NULL, -- the last event that changed the task
    updated_at       TIMESTAMPTZ  NOT NULL, -- when the stream took that event
    -- The fold's own memory: the JSON of projection.Task, exact to the
    -- nanosecond, without the parameters, the result and the business context,
    -- which stand in their columns. Read it through data_pipeline_task_states.
    state            JSONB        NOT NULL
);

CREATE INDEX data_pipeline_tasks_created_at ON data_pipeline_tasks (created_at DESC, id DESC);
CREATE INDEX data_pipeline_tasks_status     ON data_pipeline_tasks (status, created_at DESC, id DESC);
CREATE INDEX data_pipeline_tasks_db_name    ON data_pipeline_tasks (db_name, created_at DESC, id DESC);
CREATE INDEX data_pipeline_tasks_created_by ON data_pipeline_tasks (created_by, created_at DESC, id DESC);
CREATE INDEX data_pipeline_tasks_updated_at ON data_pipeline_tasks (updated_at);
CREATE INDEX data_pipeline_tasks_open       ON data_pipeline_tasks (status, request_seq) WHERE NOT request_closed;

-- The JSON of projection.Task, whole: what a reader decodes and folds on, from
-- last_seq + 1.
CREATE VIEW data_pipeline_task_states AS
SELECT id, last_seq,
       jsonb_set(state, '{request,business_context}', to_jsonb(business_context))
       || jsonb_build_object('parameters', parameters, 'business_context', business_context)
       || CASE WHEN result IS NULL THEN '{}' ELSE jsonb_build_object('result', result) END AS task
FROM data_pipeline_tasks;

-- Every run of every step, and a row of the step "complete" for each complete
-- request.
CREATE TABLE data_pipeline_task_executions (
    execution_id     VARCHAR(128) PRIMARY KEY,
    task_id          VARCHAR(32)  NOT NULL REFERENCES data_pipeline_tasks (id) ON DELETE CASCADE,
    execution_step   VARCHAR(32)  NOT NULL,
    status           VARCHAR(20)  NOT NULL
        CHECK (status IN ('running', 'completed', 'partial_completed', 'failed', 'cancelled')),
    started_at       TIMESTAMPTZ  NOT NULL,
    completed_at     TIMESTAMPTZ,
    duration_seconds DOUBLE PRECISION,      -- once completed
    error_type       VARCHAR(64),
    error_class      VARCHAR(16),
    error_message    TEXT,
    execution_result JSONB,
    attempt          INTEGER      NOT NULL,
    force_executed   BOOLEAN      NOT NULL,
    files_cleaned    BOOLEAN      NOT NULL
);

CREATE INDEX data_pipeline_task_executions_task ON data_pipeline_task_executions (task_id, started_at, execution_id);
CREATE INDEX data_pipeline_task_executions_step ON data_pipeline_task_executions (execution_step, started_at);
CREATE INDEX data_pipeline_task_executions_completed ON data_pipeline_task_executions (completed_at);

CREATE TABLE data_pipeline_task_outputs (
    task_id         VARCHAR(32)  NOT NULL REFERENCES data_pipeline_tasks (id) ON DELETE CASCADE,
    file_name       VARCHAR(255) NOT NULL,
    execution_id    VARCHAR(128),           -- the execution that left it, where known
    file_type       VARCHAR(16)  NOT NULL,
    file_path       TEXT         NOT NULL,  -- key in the bucket
    file_size       BIGINT       NOT NULL,
    content_hash    CHAR(64)     NOT NULL,  -- SHA-256, hexadecimal
    description     TEXT         NOT NULL,
    created_at      TIMESTAMPTZ  NOT NULL,  -- when it was registered first
    modified_at     TIMESTAMPTZ  NOT NULL,  -- of the file
    is_primary      BOOLEAN      NOT NULL,
    is_downloadable BOOLEAN      NOT NULL,
    PRIMARY KEY (task_id, file_name)
);

CREATE INDEX data_pipeline_task_outputs_type    ON data_pipeline_task_outputs (file_type);
CREATE INDEX data_pipeline_task_outputs_primary ON data_pipeline_task_outputs (task_id) WHERE is_primary;

-- Every event of PIPELINE. The data of a deleted task's events is null, apart
-- from the deletion's own: that something happened stays, what it was does not.
CREATE TABLE data_pipeline_events (
    stream_seq  BIGINT       PRIMARY KEY,
    type        VARCHAR(64)  NOT NULL,
    task_id     VARCHAR(32)  NOT NULL,
    event_id    UUID         NOT NULL,      -- ce-id
    source      VARCHAR(128) NOT NULL,      -- ce-source
    time        TIMESTAMPTZ  NOT NULL,      -- ce-time
    recorded_at TIMESTAMPTZ  NOT NULL,      -- when the stream took it
    traceparent VARCHAR(128),
    data        JSONB                       -- without sealed connection strings
);

CREATE INDEX data_pipeline_events_task        ON data_pipeline_events (task_id, stream_seq);
CREATE INDEX data_pipeline_events_deleted     ON data_pipeline_events (task_id) WHERE type = 'task.deleted';
CREATE INDEX data_pipeline_events_type        ON data_pipeline_events (type, recorded_at);
CREATE INDEX data_pipeline_events_recorded_at ON data_pipeline_events (recorded_at);

-- How far each stream is recorded; moved by compare-and-set in the transaction
-- of the rows.
CREATE TABLE data_pipeline_positions (
    stream         VARCHAR(64) PRIMARY KEY,
    stream_created TIMESTAMPTZ NOT NULL,    -- another time is another stream
    sequence       BIGINT      NOT NULL,    -- the last recorded message
    updated_at     TIMESTAMPTZ NOT NULL
);
