-- Every kind of view, and what views are made of.
CREATE SCHEMA sales;
CREATE SCHEMA "Mixed Case";
COMMENT ON SCHEMA public IS 'shop';

CREATE TYPE sales.state AS ENUM ('open', 'done');
CREATE TABLE public.customer (id integer PRIMARY KEY, name text NOT NULL, "Since" date);
CREATE TABLE sales.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id integer REFERENCES public.customer,
  state sales.state DEFAULT 'open',
  amount numeric(10,2) NOT NULL,
  parent_id bigint REFERENCES sales.orders
);
COMMENT ON SEQUENCE sales.orders_id_seq IS 'numbers of orders';
CREATE TABLE public.log (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE public.log_2024 PARTITION OF public.log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

-- Read by name before what it reads, and named like a table of another schema.
CREATE VIEW public.a_first AS SELECT id, name FROM public.customer WHERE "Since" IS NOT NULL;
CREATE VIEW sales.customer AS SELECT * FROM public.a_first;
COMMENT ON VIEW sales.customer IS '客户视图，只含有日期的客户';
COMMENT ON COLUMN sales.customer.name IS '名称';
CREATE VIEW public.aa_on_top AS SELECT c.id, o.state FROM sales.customer c LEFT JOIN sales.orders o ON o.customer_id = c.id;

-- Options, defaults, quoted names, no columns, a renamed column.
CREATE VIEW public.open_orders WITH (security_barrier, security_invoker = true) AS
  SELECT id, customer_id, amount FROM sales.orders WHERE state = 'open' WITH LOCAL CHECK OPTION;
ALTER VIEW public.open_orders ALTER COLUMN amount SET DEFAULT 0;
CREATE VIEW public.large_orders AS SELECT * FROM public.open_orders WHERE amount > 1000 WITH CASCADED CHECK OPTION;
CREATE VIEW "Mixed Case"."Select" ("Order", "a ""b"" -- c") AS SELECT id, name FROM public.customer;
CREATE VIEW public.nothing AS SELECT;
CREATE VIEW public.renamed AS SELECT id AS a, name AS b FROM public.customer;
ALTER VIEW public.renamed RENAME COLUMN a TO "A";
CREATE VIEW public.no_table AS SELECT 1 AS one, 'it''s' COLLATE "C" AS text, NULL::sales.state AS state;
CREATE VIEW public.all_kinds AS
  SELECT id, name FROM public.customer UNION ALL SELECT id::integer, state::text FROM sales.orders;
CREATE VIEW public.one_partition AS SELECT what FROM public.log_2024;
-- It needs the table's primary key, since it groups by that alone.
CREATE VIEW public.by_key AS
  SELECT c.id, c.name, count(*) AS orders FROM public.customer c JOIN sales.orders o ON o.customer_id = c.id GROUP BY c.id;
CREATE VIEW public.rooms AS SELECT table_name, column_name FROM information_schema.columns;

-- Recursive, in both ways of writing it.
CREATE RECURSIVE VIEW public.numbers (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 10;
CREATE VIEW sales.tree AS
  WITH RECURSIVE t AS (SELECT id, 0 AS depth FROM sales.orders WHERE parent_id IS NULL
    UNION ALL SELECT o.id, t.depth + 1 FROM sales.orders o JOIN t ON o.parent_id = t.id)
  SELECT * FROM t;

-- Functions, aggregates, operators and row types, some of which need a table.
CREATE FUNCTION sales.total(o sales.orders) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT o.amount * 2';
COMMENT ON FUNCTION sales.total(sales.orders) IS 'twice';
CREATE FUNCTION public.best() RETURNS SETOF public.customer LANGUAGE sql STABLE AS 'SELECT * FROM public.customer LIMIT 1';
CREATE FUNCTION public.near(integer, integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT abs($1 - $2) < 3';
CREATE OPERATOR public.~~~ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = public.near, COMMUTATOR = OPERATOR(public.~~~));
COMMENT ON OPERATOR public.~~~ (integer, integer) IS 'close to';
CREATE FUNCTION public.concat_state(text, text) RETURNS text IMMUTABLE LANGUAGE sql
  AS 'SELECT CASE WHEN $1 IS NULL THEN $2 ELSE $1 || '', '' || $2 END';
CREATE AGGREGATE public.group_concat(text) (SFUNC = public.concat_state, STYPE = text);
CREATE AGGREGATE public.longest(integer) (SFUNC = int4larger, STYPE = integer, INITCOND = '0', SORTOP = >, PARALLEL = SAFE);
COMMENT ON AGGREGATE public.longest(integer) IS 'the largest';
CREATE VIEW public.a_doubled AS SELECT o.id, sales.total(o) AS total FROM sales.orders o;
CREATE FUNCTION sales.is_in(o sales.orders, s sales.state DEFAULT 'open') RETURNS boolean LANGUAGE sql STABLE AS 'SELECT o.state = s';
CREATE VIEW public.a_open AS SELECT o.id FROM sales.orders o WHERE sales.is_in(o);
CREATE VIEW public.a_best AS SELECT name FROM public.best();
CREATE VIEW public.names AS SELECT public.group_concat(name ORDER BY name) AS names, public.longest(id) AS largest FROM public.customer;
CREATE VIEW public.pairs AS SELECT a.id, b.id AS other FROM public.customer a JOIN public.customer b ON a.id OPERATOR(public.~~~) b.id;
CREATE TABLE public.archive (id integer, was public.customer, states sales.orders[]);
CREATE TABLE public.a_of_view (latest public.a_best);
-- A function of a table's own rows, in its index and in its check.
CREATE TABLE public.self (id integer, low integer, high integer);
CREATE FUNCTION public.width(s public.self) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT s.high - s.low';
CREATE INDEX self_width ON public.self (public.width(self.*));
ALTER TABLE public.self ADD CONSTRAINT wide CHECK (public.width(self.*) >= 0);

-- Materialised, filled and not, on each other, with indexes.
CREATE MATERIALIZED VIEW sales.by_state AS SELECT state, sum(amount) AS amount FROM sales.orders GROUP BY state;
CREATE UNIQUE INDEX by_state_key ON sales.by_state (state);
CREATE INDEX by_state_amount ON sales.by_state (amount DESC) WHERE amount > 0;
COMMENT ON MATERIALIZED VIEW sales.by_state IS 'sums';
COMMENT ON COLUMN sales.by_state.amount IS 'in euro';
COMMENT ON INDEX sales.by_state_key IS 'one each';
CREATE MATERIALIZED VIEW public.a_never_filled AS SELECT * FROM sales.by_state WITH NO DATA;
CREATE VIEW public.over_materialised AS SELECT state FROM sales.by_state WHERE amount > (SELECT avg(amount) FROM public.a_never_filled);
INSERT INTO public.customer VALUES (1, 'Ann', '2024-01-01'), (2, 'Bob', NULL);
INSERT INTO sales.orders (customer_id, amount, state) VALUES (1, 5, 'open'), (2, 2000, 'done');
REFRESH MATERIALIZED VIEW sales.by_state;
