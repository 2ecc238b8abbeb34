-- Foreign tables of several wrappers, none of which can be reached.
CREATE SCHEMA ext;
CREATE SCHEMA remote;
CREATE EXTENSION postgres_fdw WITH SCHEMA ext;
CREATE EXTENSION file_fdw;
CREATE FOREIGN DATA WRAPPER plain OPTIONS (mode 'slow', api_key 'hush1');
COMMENT ON FOREIGN DATA WRAPPER plain IS 'without a handler';
CREATE SERVER "Head Office" TYPE 'x' VERSION '9' FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host '127.0.0.1', port '1', dbname 'it''s', connect_timeout '2');
COMMENT ON SERVER "Head Office" IS 'the other database';
CREATE USER MAPPING FOR PUBLIC SERVER "Head Office" OPTIONS (user 'reader', password 'hush2');
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE SERVER odd FOREIGN DATA WRAPPER plain OPTIONS (address 'http://u:hush3@h/', secret_key 'hush4', color 'red');

CREATE TYPE public.size AS ENUM ('S', 'L');
CREATE FOREIGN TABLE remote.article (
  id integer OPTIONS (column_name 'ID') NOT NULL,
  size public.size DEFAULT 'S',
  label text COLLATE "C",
  CONSTRAINT positive CHECK (id > 0)
) SERVER "Head Office" OPTIONS (schema_name 'shop', table_name 'article');
COMMENT ON FOREIGN TABLE remote.article IS '商品';
COMMENT ON COLUMN remote.article.id IS '编号';
COMMENT ON CONSTRAINT positive ON remote.article IS 'above zero';
CREATE FOREIGN TABLE public.passwd (line text) SERVER files OPTIONS (filename '/nowhere', format 'csv');
CREATE FOREIGN TABLE public.feed (line text) SERVER odd OPTIONS (header 'Authorization: Bearer hush5');
CREATE VIEW public.articles AS SELECT a.id, f.line FROM remote.article a, public.feed f;
CREATE MATERIALIZED VIEW public.kept_articles AS SELECT id FROM remote.article WITH NO DATA;

-- As a partition, and as a child.
CREATE TABLE public.sale (at date NOT NULL, amount integer) PARTITION BY RANGE (at);
CREATE TABLE public.sale_new PARTITION OF public.sale FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE FOREIGN TABLE remote.sale_old PARTITION OF public.sale FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')
  SERVER "Head Office" OPTIONS (table_name 'sale_old');
COMMENT ON FOREIGN TABLE remote.sale_old IS 'far away';
CREATE TABLE public.thing (id integer, note text);
CREATE FOREIGN TABLE remote.far_thing (weight numeric) INHERITS (public.thing) SERVER "Head Office";
