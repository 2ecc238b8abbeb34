-- Every form of constraint, index and comment that everything.sql lacks.
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE EXTENSION btree_gist;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION vector;
CREATE TYPE public.span AS RANGE (subtype = integer, multirange_type_name = public.spans);
CREATE TYPE public.pricerange AS RANGE (subtype = numeric);
CREATE TYPE public.wordrange AS RANGE (subtype = text, collation = "C");
CREATE DOMAIN public.mail AS citext CHECK (VALUE ~ '@');
CREATE DOMAIN public.mails AS public.mail[] NOT NULL DEFAULT '{}';
CREATE TYPE public.address AS (street text, box integer, mail public.mail, spans public.spans);
COMMENT ON TYPE public.address IS 'where';

CREATE TABLE public.every_type (
  span public.span, spans public.spans, price public.pricerange, prices public.pricemultirange, word public.wordrange,
  ranges int8multirange, mail public.mail, mails public.mails, home public.address, homes public.address[],
  tags hstore, embedding vector(3), embeddings vector[], net cidr, mac macaddr8, place point, doc xml, words tsvector,
  search tsquery, lsn pg_lsn, big oid, kind regclass, short "char", fixed character(3), anything bit(4), zone time(2) with time zone,
  wait interval minute to second(2), money money, path jsonpath, name name, arr timestamp(0)[], d2 numeric(5,-2), f real
);
CREATE TABLE public.target (
  a integer, b integer, c text,
  CONSTRAINT "Target Key" PRIMARY KEY (a, b) INCLUDE (c),
  CONSTRAINT nulls UNIQUE NULLS NOT DISTINCT (c) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT reversed UNIQUE (b, a),
  CONSTRAINT no_overlap EXCLUDE USING gist (a WITH =, int4range(a, b) WITH &&) WHERE (a < b) DEFERRABLE
);
COMMENT ON CONSTRAINT "Target Key" ON public.target IS 'the key';
COMMENT ON INDEX public."Target Key" IS 'behind the key';
COMMENT ON CONSTRAINT nulls ON public.target IS 'at most one is null';
COMMENT ON INDEX public.nulls IS 'behind the nulls';
COMMENT ON CONSTRAINT no_overlap ON public.target IS 'apart';
CREATE TABLE public.source (
  id integer PRIMARY KEY, a integer DEFAULT 1, b integer, x integer, y integer,
  CONSTRAINT full_match FOREIGN KEY (a, b) REFERENCES public.target MATCH FULL ON DELETE SET DEFAULT,
  CONSTRAINT partly FOREIGN KEY (x, y) REFERENCES public.target (b, a) ON DELETE SET NULL (y) DEFERRABLE,
  CONSTRAINT not_inherited CHECK (a > 0) NO INHERIT,
  CHECK (b > 0), CHECK (b < 100)
);
COMMENT ON CONSTRAINT full_match ON public.source IS 'both or neither';
COMMENT ON CONSTRAINT source_b_check ON public.source IS 'small';
CREATE INDEX by_parts ON public.every_type USING gin (tags, words);
CREATE INDEX by_likeness ON public.every_type USING gin ((name::text) gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX by_pattern ON public.target (c text_pattern_ops, lower(c) COLLATE "C" DESC NULLS LAST) INCLUDE (a, b) WHERE (c <> '');
CREATE UNIQUE INDEX lone ON public.target (c) NULLS NOT DISTINCT WHERE a = 1;
CREATE INDEX near ON public.every_type USING ivfflat (embedding vector_cosine_ops) WITH (lists = 1);
CREATE INDEX brin_a ON public.target USING brin (a) WITH (pages_per_range = 4);
CREATE INDEX hashed ON public.target USING hash (c);
COMMENT ON INDEX public.by_pattern IS 'for prefixes';

-- A circle of three, with comments on the keys that come last.
CREATE TABLE public.hen (id integer PRIMARY KEY, egg_id integer);
CREATE TABLE public.egg (id integer PRIMARY KEY, nest_id integer);
CREATE TABLE public.nest (id integer PRIMARY KEY, hen_id integer REFERENCES public.hen);
ALTER TABLE public.hen ADD CONSTRAINT hatched FOREIGN KEY (egg_id) REFERENCES public.egg DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.egg ADD CONSTRAINT lies FOREIGN KEY (nest_id) REFERENCES public.nest;
COMMENT ON CONSTRAINT hatched ON public.hen IS 'which came first';

-- Inheritance from two, from one that inherits, with checks on both sides.
CREATE TABLE public.named (name text NOT NULL, CONSTRAINT has_name CHECK (name <> ''));
CREATE TABLE public.priced (price numeric DEFAULT 1, name text, CONSTRAINT has_price CHECK (price > 0), CONSTRAINT alone CHECK (price < 9) NO INHERIT);
CREATE TABLE public.ware (stock integer GENERATED ALWAYS AS (length(name)) STORED, name text CHECK (name <> 'x')) INHERITS (public.named, public.priced);
CREATE TABLE public.a_toy (age int4range, CONSTRAINT cheap CHECK (price < 5)) INHERITS (public.ware);
COMMENT ON COLUMN public.a_toy.name IS 'of the toy';

-- Partitions of partitions by hash and list, one of them attached, with keys that point at and from them.
CREATE TABLE public.event (id bigint, region text, at date, PRIMARY KEY (id, region, at)) PARTITION BY LIST (region);
CREATE TABLE public.event_cn PARTITION OF public.event FOR VALUES IN ('cn') PARTITION BY RANGE (at, id);
CREATE TABLE public.event_cn_1 PARTITION OF public.event_cn FOR VALUES FROM (MINVALUE, MINVALUE) TO ('2024-01-01', 0) PARTITION BY HASH (id);
CREATE TABLE public.event_cn_1_a PARTITION OF public.event_cn_1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.event_cn_1_b PARTITION OF public.event_cn_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE public.event_rest (id bigint NOT NULL, region text NOT NULL, at date NOT NULL);
ALTER TABLE public.event ATTACH PARTITION public.event_rest DEFAULT;
CREATE TABLE public.seen (event_id bigint, event_region text, event_at date,
  CONSTRAINT of_event FOREIGN KEY (event_id, event_region, event_at) REFERENCES public.event ON DELETE CASCADE);

-- Identity and sequences with options.
CREATE SEQUENCE public.shared_no AS integer START WITH 7 INCREMENT BY -2 MINVALUE -50 MAXVALUE 7 CACHE 5 CYCLE;
CREATE TABLE public.numbered (
  id smallint GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY -1 MINVALUE -9 MAXVALUE -1 START WITH -1 CYCLE CACHE 2),
  no smallserial, big bigserial, shared integer DEFAULT nextval('public.shared_no'),
  double integer GENERATED ALWAYS AS (no * 2) STORED, at timestamptz DEFAULT now() + interval '1 day'
);
COMMENT ON SEQUENCE public.numbered_no_seq IS 'counts';
