-- What people said about pairs, folded from the pair.* events of PIPELINE.

-- +goose Up

-- The present state of every pair that a person added, edited or decided about.
CREATE TABLE data_pipeline_pairs_reviews (
    task_id    VARCHAR(32) NOT NULL REFERENCES data_pipeline_tasks (id) ON DELETE CASCADE,
    pair_id    VARCHAR(32) NOT NULL,
    question   TEXT        NOT NULL,
    sql        TEXT        NOT NULL,
    theme      TEXT,
    tables     JSONB       NOT NULL,    -- array of "schema.table"; empty where nobody looked
    shapes     JSONB       NOT NULL,    -- array
    difficulty VARCHAR(64),
    source     VARCHAR(16) NOT NULL CHECK (source IN ('rules', 'model', 'person')),
    decision   VARCHAR(16) CHECK (decision IN ('approved', 'rejected')), -- null: none, or withdrawn
    decided_by VARCHAR(255),
    decided_at TIMESTAMPTZ,
    note       TEXT,
    verdict    VARCHAR(32),             -- of check_result
    -- What an executor found when a person wrote the SQL; null where none did.
    check_result JSONB,
    first_seq  BIGINT      NOT NULL,    -- the first and the last event about the pair
    last_seq   BIGINT      NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,    -- when the stream took the last one
    PRIMARY KEY (task_id, pair_id)
);

CREATE INDEX data_pipeline_pairs_reviews_order    ON data_pipeline_pairs_reviews (task_id, first_seq);
CREATE INDEX data_pipeline_pairs_reviews_updated  ON data_pipeline_pairs_reviews (updated_at);
CREATE INDEX data_pipeline_pairs_reviews_decision ON data_pipeline_pairs_reviews (decision, decided_at) WHERE decision IS NOT NULL;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION rebuild_data_pipeline() RETURNS VOID
LANGUAGE sql AS $$
    TRUNCATE data_pipeline_tasks, data_pipeline_task_executions, data_pipeline_task_outputs,
             data_pipeline_pairs_reviews,
             data_pipeline_events, data_pipeline_task_logs, data_pipeline_log_counters,
             data_pipeline_log_deletions, data_pipeline_positions;
$$;
-- +goose StatementEnd
