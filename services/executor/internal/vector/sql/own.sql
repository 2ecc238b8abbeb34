-- What was taken out and can be restored, and which requests were carried out.
CREATE TABLE IF NOT EXISTS data_pipeline_deleted_embedding (
  id varchar PRIMARY KEY,
  collection_id uuid NOT NULL,
  embedding @vector,
  document varchar,
  cmetadata jsonb,
  embedder varchar NOT NULL, -- of the collection then
  deleted_at timestamptz NOT NULL,
  reason varchar NOT NULL
);
CREATE TABLE IF NOT EXISTS data_pipeline_training_request (
  id uuid PRIMARY KEY,
  documents bigint NOT NULL,
  done_at timestamptz NOT NULL
);
