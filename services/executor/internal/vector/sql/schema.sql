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
-- Vectors of up to about 1,900 dimensions are kept with their rows, where comparing
-- with all of them is fastest.
ALTER TABLE langchain_pg_embedding SET (toast_tuple_target = 8160);
CREATE INDEX IF NOT EXISTS ix_cmetadata_gin ON langchain_pg_embedding USING gin (cmetadata jsonb_path_ops);
