-- A warehouse without any key or comment: what belongs together shows in names.
CREATE TABLE dim_store (store_id int, store_name text, province text, opened_at timestamp);
CREATE TABLE dim_product (product_id int, product_name text, category text, list_price numeric(10,2), is_deleted int);
CREATE TABLE dim_member (member_id int, member_name text, mobile text, level text, registered_at timestamp);
CREATE TABLE fact_sale (sale_id bigint, store_id int, product_id int, member_id int, sale_date date, quantity int, sale_amount double precision, pay_method text);
CREATE TABLE fact_refund (refund_id bigint, sale_id bigint, refund_date date, refund_amount real, reason text);
CREATE TABLE t_stock (storeid int, productid int, stock_qty int, checked_at timestamptz);
CREATE TABLE log_import (batch text, rows_read int, finished_at timestamptz);

INSERT INTO dim_store SELECT i, 'Store ' || i, (ARRAY['Jiangxi','Hunan','Hubei'])[1 + i % 3], timestamp '2018-01-01' + i * interval '40 days' FROM generate_series(1, 20) i;
INSERT INTO dim_product SELECT i, 'Product ' || i, (ARRAY['food','drink','toys','books'])[1 + i % 4], 3 + i * 1.5, CASE WHEN i % 10 = 0 THEN 1 ELSE 0 END FROM generate_series(1, 50) i;
INSERT INTO dim_member SELECT i, 'Member ' || i, '1380000' || (1000 + i), (ARRAY['gold','silver','basic'])[1 + i % 3], timestamp '2019-01-01' + i * interval '3 days' FROM generate_series(1, 200) i;
INSERT INTO fact_sale SELECT i, 1 + i % 18, 1 + i % 47, CASE WHEN i % 4 > 0 THEN 1 + i % 190 END, date '2023-01-01' + i % 300, 1 + i % 5, (10 + (i * 7) % 300) * 1.1, (ARRAY['cash','card','wechat'])[1 + i % 3] FROM generate_series(1, 2000) i;
INSERT INTO fact_refund SELECT i, i * 20, date '2023-02-01' + i, 5 + i, 'damaged' FROM generate_series(1, 90) i;
INSERT INTO t_stock SELECT s, p, (s * p) % 60, timestamptz '2023-12-31 08:00+00' FROM generate_series(1, 20) s, generate_series(1, 50) p;
INSERT INTO log_import SELECT 'b' || i, 100 * i, timestamptz '2023-06-01 00:00+00' + i * interval '1 day' FROM generate_series(1, 12) i;
