CREATE TABLE IF NOT EXISTS langchain_pg_collection (
  uuid uuid PRIMARY KEY,
  name varchar NOT NULL UNIQUE,
  cmetadata json
);
CREATE TABLE IF NOT EXISTS langchain_pg_embedding (
  id varchar PRIMARY KEY,
  collection_id uuid REFERENCES langchain_pg_collection (uuid) ON DELETE CASCADE,
  embedding @vector,
  document varchar,
  cmetadata jsonb
);
CREATE INDEX IF NOT EXISTS ix_cmetadata_gin ON langchain_pg_embedding USING gin (cmetadata jsonb_path_ops);
