-- A hotel whose data is made up: personal data of every kind in Chinese and in
-- English, in columns that say so, in columns that do not, in documents, arrays
-- and free text.
CREATE TABLE crm_customer (
  id int PRIMARY KEY, full_name text, email text UNIQUE, phone varchar(30), id_card text, bank_card text, address text, birth_date date,
  wechat text, level text, password text, remark text, profile jsonb, tags text[]);
COMMENT ON TABLE crm_customer IS '客户表';
COMMENT ON COLUMN crm_customer.level IS '等级';
COMMENT ON COLUMN crm_customer.tags IS '标签，如 13700137777';
INSERT INTO crm_customer SELECT i,
  (ARRAY['欧阳询墨','司马湘琴','诸葛渊明','上官若兰'])[1 + i % 4], 'qiuyue' || i || '@mailbox-secret.cn', '1391234' || lpad(i::text, 4, '0'),
  (ARRAY['11010519491231002X','440524188001010014'])[1 + i % 2], (ARRAY['6222021234567890128','4111111111111111'])[1 + i % 2],
  '浙江省杭州市西湖区翠苑街道文三路' || i || '号', date '1971-03-01' + i, 'wxid_quanmian' || i, (ARRAY['金卡','银卡','普通'])[1 + i % 3], 'hunter2' || i,
  '来电 1381111' || lpad(i::text, 4, '0') || '，联系人：慕容复生',
  jsonb_build_object('contact', jsonb_build_object('name', '皇甫嵩文', 'phone', '1350000' || lpad(i::text, 4, '0')), 'vip', true),
  ARRAY['1370000' || lpad(i::text, 4, '0'), '老客户'] FROM generate_series(1, 60) i;

CREATE TABLE "Employee" ("Id" int PRIMARY KEY, "FirstName" text, "LastName" text, "HomePhone" text, "SSN" text, "StreetAddress" text, "Notes" text, "Title" text,
  "LastLoginIP" inet, "Device" macaddr, "Iban" text);
INSERT INTO "Employee" SELECT i, (ARRAY['Zebediah','Persephone'])[1 + i % 2], (ARRAY['Quackenbush','Featherstonehaugh'])[1 + i % 2], '(415) 555-' || 1000 + i, '078-05-' || 1000 + i,
  i || ' Evergreen Terrace', 'Plays the theremin in Walla Walla', (ARRAY['Porter','Cook'])[1 + i % 2], ('203.0.113.' || i)::inet, ('00:1a:2b:3c:4d:' || to_hex(16 + i))::macaddr,
  (ARRAY['DE89370400440532013000','GB82WEST12345698765432'])[1 + i % 2] FROM generate_series(1, 40) i;

-- nothing here says what it holds
CREATE TABLE t_raw (k int PRIMARY KEY, c1 text, c2 text, c3 bigint, c4 text, c5 text, c6 text, c7 text, c8 text, c9 text, city text);
COMMENT ON COLUMN t_raw.c9 IS '来客';
INSERT INTO t_raw SELECT i, 'unsaid' || i || '@mailbox-secret.cn', '浙A7K' || lpad(i::text, 3, '0'), 13612340000 + i, 'sk-proj-abcdefghijklmnopqrst' || lpad(i::text, 4, '0'),
  'Mr. Barnaby Wigglesworth wrote from ' || i || ' Sesame Street', '{"mobile": "1330000' || lpad(i::text, 4, '0') || '"}', '30.27415' || i || ', 120.15515' || i,
  '2001:db8:85a3::8a2e:370:' || to_hex(4096 + i), (ARRAY['赵铁柱','钱多多','孙小圣','李逵风','周伯通','吴承恩','郑板桥','王重阳','冯小刚','陈家洛'])[1 + i % 10],
  (ARRAY['杭州','宁波'])[1 + i % 2] FROM generate_series(1, 80) i;

CREATE TABLE booking (id int PRIMARY KEY, customer_id int REFERENCES crm_customer, booked_on date, amount numeric(10,2), status text, order_no text,
  ship_name text, owner_email text REFERENCES crm_customer (email));
INSERT INTO booking SELECT i, 1 + i % 60, date '2024-01-01' + i, 100 + i, (ARRAY['new','paid','void'])[1 + i % 3], 'ORD-2024-' || lpad(i::text, 6, '0'),
  '公孙大娘', 'qiuyue' || 1 + i % 60 || '@mailbox-secret.cn' FROM generate_series(1, 300) i;
CREATE VIEW customer_list AS SELECT id, full_name AS name, phone, level FROM crm_customer;
ANALYZE;
