-- The rows are made of arithmetic on md5, so they are the same everywhere.
CREATE FUNCTION pg_temp.draw(seed text, below integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT (('x' || substr(md5(seed), 1, 7))::bit(28)::integer) % below $$;

INSERT INTO bss_company (company_no, company_name, region, founded_on, created_at)
SELECT 'C' || lpad(n::text, 3, '0'), name || '管理公司', name, date '1998-03-01' + 400 * n::int, timestamptz '2024-01-01 08:00+08' + n * interval '1 hour'
FROM unnest(ARRAY['宜春','赣州','吉安','景德镇','抚州','上饶','九江','萍乡']) WITH ORDINALITY AS t (name, n);

INSERT INTO bss_section_route (route_code, route_name, section_name, length_km, opened_on)
SELECT code, name, section, length_km, opened_on
FROM (VALUES
  ('G60', '沪昆高速', '梨温段', 244.70, date '2002-10-01'), ('G60', '沪昆高速', '昌金段', 171.60, date '2005-01-01'),
  ('G70', '福银高速', '温沙段', 157.00, date '2003-12-01'), ('G70', '福银高速', '昌九段', 138.00, date '1996-01-18'),
  ('G45', '大广高速', '武吉段', 285.80, date '2008-10-01'), ('G45', '大广高速', '龙杨段', 128.40, date '2010-12-01'),
  ('G56', '杭瑞高速', '景婺黄段', 116.60, date '2006-11-01'), ('G35', '济广高速', '鹰瑞段', 309.00, date '2010-09-16'),
  ('G76', '厦蓉高速', '瑞赣段', 117.00, date '2009-12-01'), ('S33', '铜万高速', '铜万段', 50.80, date '2016-01-01')
) AS t (code, name, section, length_km, opened_on);

INSERT INTO bss_service_area (service_area_no, service_area_name, company_id, area_type, parking_spaces, longitude, latitude, is_open, facilities, opened_on)
SELECT 'H' || lpad(n::text, 4, '0'), name || '服务区', 1 + pg_temp.draw('company' || n, 8),
       (enum_range(NULL::service_area_type))[1 + pg_temp.draw('type' || n, 3)],
       60 + 10 * pg_temp.draw('parking' || n, 40),
       114 + pg_temp.draw('lon' || n, 4000) / 1000.0, 25 + pg_temp.draw('lat' || n, 4000) / 1000.0,
       pg_temp.draw('open' || n, 20) > 0,
       (ARRAY['加油站','充电桩','母婴室','司机之家','淋浴间'])[1:1 + pg_temp.draw('fac' || n, 5)],
       date '2003-01-01' + pg_temp.draw('day' || n, 7000)
FROM unnest(ARRAY['南昌南','庐山','鄱阳湖','三清山','龙虎山','井冈山','婺源','瑞金','兴国','泰和','遂川','樟树','丰城','新余','分宜','宜丰','上高','铜鼓','修水','武宁',
                  '德安','永修','共青城','进贤','东乡','余江','弋阳','玉山','资溪','黎川','南城','广昌','石城','会昌']) WITH ORDINALITY AS t (name, n);

INSERT INTO bss_section_route_area_link (section_route_id, service_area_id, direction, milestone_km)
SELECT 1 + (a.id - 1) % 10, a.id, d.direction, 10 + pg_temp.draw('km' || a.id, 10000) / 100.0
FROM bss_service_area a CROSS JOIN (VALUES ('上行'), ('下行')) AS d (direction);

INSERT INTO bss_branch (service_area_id, branch_no, branch_name, kind, monthly_rent, opened_on, closed_on)
SELECT a.id, 'B' || lpad(a.id::text, 3, '0') || k.n, replace(a.service_area_name, '服务区', '') || k.kind || '店', k.kind,
       3000 + 100 * pg_temp.draw('rent' || a.id || k.kind, 200), date '2021-01-01' + pg_temp.draw('b' || a.id || k.kind, 700),
       CASE WHEN pg_temp.draw('closed' || a.id || k.kind, 25) = 0 THEN date '2025-03-31' END
FROM bss_service_area a CROSS JOIN unnest(enum_range(NULL::business_kind)) WITH ORDINALITY AS k (kind, n)
WHERE pg_temp.draw('has' || a.id || k.kind, 10) > 1;

INSERT INTO bss_business_day_data (branch_id, business_day, wx_amount, zfb_amount, cash_amount, order_count)
SELECT b.id, d::date,
       (800 + pg_temp.draw('wx' || b.id || d, 6000)) * w.factor, (300 + pg_temp.draw('zfb' || b.id || d, 3000)) * w.factor,
       pg_temp.draw('cash' || b.id || d, 900) * w.factor, (20 + pg_temp.draw('orders' || b.id || d, 180)) * w.factor
FROM bss_branch b
CROSS JOIN generate_series(timestamp '2025-01-01', timestamp '2025-06-30', interval '1 day') AS d
CROSS JOIN LATERAL (SELECT CASE WHEN extract(isodow FROM d) >= 6 THEN 2 ELSE 1 END AS factor) AS w
WHERE b.closed_on IS NULL OR d <= b.closed_on;

INSERT INTO bss_car_day_count (service_area_id, count_day, car_type, car_count)
SELECT a.id, d::date, t.car_type, t.base + pg_temp.draw('car' || a.id || t.car_type || d, t.base)
FROM bss_service_area a
CROSS JOIN generate_series(timestamp '2025-01-01', timestamp '2025-06-30', interval '1 day') AS d
CROSS JOIN (VALUES ('客车', 900), ('货车', 500), ('危化品', 40), ('城际', 120)) AS t (car_type, base)
WHERE a.is_open;

ANALYZE;
