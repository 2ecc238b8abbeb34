-- A plain dump, with rows as COPY has them and an owner who is unknown here.
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.item (id integer NOT NULL, name text, seen timestamp without time zone DEFAULT now());
ALTER TABLE public.item OWNER TO somebody_else;
CREATE VIEW public.named AS SELECT item.id, item.name FROM public.item WHERE (item.name IS NOT NULL);
COPY public.item (id, name, seen) FROM stdin;
1	茶	2024-01-01 00:00:00
2	\N	\N
\.
ALTER TABLE ONLY public.item ADD CONSTRAINT item_pkey PRIMARY KEY (id);
COMMENT ON TABLE public.item IS '商品';
