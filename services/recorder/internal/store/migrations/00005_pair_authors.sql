-- Who wrote the pairs of people.

-- +goose Up

-- The person who added the pair, or edited it last; null where people only
-- decided about it, and of what was stored before until it is rebuilt.
ALTER TABLE data_pipeline_pairs_reviews ADD COLUMN written_by VARCHAR(255);
