-- Types beyond the usual, partitions, generated columns, empty and odd tables.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'it''s \ odd');
CREATE DOMAIN percent AS numeric(5,2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN label AS varchar(30);
CREATE TYPE extent AS (width int, height int);

CREATE TABLE device (
  device_id uuid PRIMARY KEY, label label NOT NULL, mood mood NOT NULL, price money, discount percent, tags text[] NOT NULL, options jsonb, legacy json,
  uptime interval, opens time, address inet, shape extent, period tstzrange, picture bytea, code char(4) NOT NULL, weight_kg real, release_year smallint,
  area double precision GENERATED ALWAYS AS (weight_kg * 2) STORED, active boolean, moods mood[], api_token text, seen timestamptz, doc tsvector, xml xml, note text);
CREATE TABLE reading (
  device_id uuid NOT NULL REFERENCES device, taken_at timestamp NOT NULL, temperature real, total_count bigint NOT NULL, quality smallint, PRIMARY KEY (device_id, taken_at)
) PARTITION BY RANGE (taken_at);
CREATE TABLE reading_2023 PARTITION OF reading FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE reading_2024 PARTITION OF reading FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE "table" ("select" int, "from" text, "order" date, "user" boolean);
CREATE TABLE nothing ();
CREATE TABLE empty (id int PRIMARY KEY, device_id uuid REFERENCES device, amount numeric, at timestamptz, kind mood);
CREATE TABLE single (id int PRIMARY KEY, name text, amount numeric);
CREATE TABLE "数据 表" ("编号" int PRIMARY KEY, "类 型" text, "金额" numeric, "日期" date);
CREATE TABLE only_json (doc jsonb, raw bytea);

INSERT INTO device (device_id, label, mood, price, discount, tags, options, legacy, uptime, opens, address, shape, period, picture, code, weight_kg, release_year, active, moods, api_token, seen, doc, xml, note) SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'Device ' || i, (enum_range(NULL::mood))[1 + i % 4], (i * 3)::numeric::money, i % 100,
  ARRAY['a', 'b'], '{"a": 1}', '{}', i * interval '1 hour', '08:00', '10.0.0.1', ROW(i, i)::extent, tstzrange('2023-01-01', '2023-02-01'), '\x00', 'c' || i % 5, i * 1.5, 2000 + i % 9,
  i % 3 = 0, ARRAY['sad']::mood[], 'token' || i, CASE WHEN i % 4 > 0 THEN timestamptz '2023-03-01' + i * interval '1 day' END, 'x', '<a/>', NULL FROM generate_series(1, 60) i;
INSERT INTO reading SELECT ('00000000-0000-0000-0000-' || lpad((1 + i % 55)::text, 12, '0'))::uuid, timestamp '2023-01-01' + i * interval '9 hours', CASE WHEN i % 50 = 0 THEN 'NaN'::real ELSE i % 30 END, i % 17, i % 3 FROM generate_series(1, 1500) i;
INSERT INTO "table" SELECT i, 'f' || i % 3, date '2023-01-01' + i, i % 2 = 0 FROM generate_series(1, 30) i;
INSERT INTO single VALUES (1, 'one', 5);
INSERT INTO "数据 表" SELECT i, (ARRAY['甲','乙 "引号"','丙''撇'])[1 + i % 3], i * 10, date '2023-01-01' + i FROM generate_series(1, 50) i;
