-- Service areas of highways, described in Chinese; rows are deleted by marking.
CREATE TABLE bss_company (
  id bigint PRIMARY KEY,
  company_name varchar(80) NOT NULL,
  company_type varchar(20) NOT NULL,
  contact_phone varchar(20),
  delete_ts timestamp
);
COMMENT ON TABLE bss_company IS '管理公司信息表';
COMMENT ON COLUMN bss_company.id IS '公司编号，主键';
COMMENT ON COLUMN bss_company.company_name IS '公司名称';
COMMENT ON COLUMN bss_company.company_type IS '公司类型：国有、民营';
COMMENT ON COLUMN bss_company.contact_phone IS '联系电话';
COMMENT ON COLUMN bss_company.delete_ts IS '删除时间';

CREATE TABLE bss_section (
  id bigint PRIMARY KEY,
  section_name varchar(80) NOT NULL,
  mileage numeric(8,2) NOT NULL,
  open_date date NOT NULL
);
COMMENT ON TABLE bss_section IS '高速路段表';
COMMENT ON COLUMN bss_section.section_name IS '路段名称';
COMMENT ON COLUMN bss_section.mileage IS '里程数（公里）';
COMMENT ON COLUMN bss_section.open_date IS '通车日期';

CREATE TABLE bss_service_area (
  id bigint PRIMARY KEY,
  service_area_name varchar(80) NOT NULL,
  service_area_no varchar(20) NOT NULL UNIQUE,
  company_id bigint NOT NULL REFERENCES bss_company,
  section_id bigint REFERENCES bss_section,
  direction varchar(10) NOT NULL,
  parking_spaces int NOT NULL,
  has_charger boolean NOT NULL,
  create_ts timestamp NOT NULL,
  delete_ts timestamp
);
COMMENT ON TABLE bss_service_area IS '服务区基础信息表';
COMMENT ON COLUMN bss_service_area.service_area_name IS '服务区名称';
COMMENT ON COLUMN bss_service_area.service_area_no IS '服务区编码';
COMMENT ON COLUMN bss_service_area.company_id IS '所属公司编号';
COMMENT ON COLUMN bss_service_area.section_id IS '所在路段编号';
COMMENT ON COLUMN bss_service_area.direction IS '方向';
COMMENT ON COLUMN bss_service_area.parking_spaces IS '车位数';
COMMENT ON COLUMN bss_service_area.has_charger IS '是否有充电桩';
COMMENT ON COLUMN bss_service_area.create_ts IS '创建时间';
COMMENT ON COLUMN bss_service_area.delete_ts IS '删除时间';

CREATE TABLE bss_business_day_data (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  oper_date date NOT NULL,
  service_area_id bigint NOT NULL REFERENCES bss_service_area,
  branch_name varchar(40) NOT NULL,
  wx_order int NOT NULL,
  pay_sum numeric(12,2) NOT NULL,
  delete_ts timestamp
);
COMMENT ON TABLE bss_business_day_data IS '每日营业数据表';
COMMENT ON COLUMN bss_business_day_data.oper_date IS '统计日期';
COMMENT ON COLUMN bss_business_day_data.service_area_id IS '服务区编号';
COMMENT ON COLUMN bss_business_day_data.branch_name IS '档口名称';
COMMENT ON COLUMN bss_business_day_data.wx_order IS '微信订单数量';
COMMENT ON COLUMN bss_business_day_data.pay_sum IS '支付总额（元）';

CREATE TABLE bss_car_day_count (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_area_id bigint NOT NULL REFERENCES bss_service_area,
  count_date date NOT NULL,
  car_type varchar(20) NOT NULL,
  customer_count int NOT NULL
);
COMMENT ON TABLE bss_car_day_count IS '每日车流量统计表';
COMMENT ON COLUMN bss_car_day_count.count_date IS '统计日期';
COMMENT ON COLUMN bss_car_day_count.car_type IS '车辆类型';
COMMENT ON COLUMN bss_car_day_count.customer_count IS '车辆数量（辆）';

CREATE TABLE bss_route (
  id bigint PRIMARY KEY,
  route_name varchar(60) NOT NULL,
  route_code varchar(12) NOT NULL
);
COMMENT ON TABLE bss_route IS '高速路线表';
COMMENT ON COLUMN bss_route.route_name IS '路线名称';
COMMENT ON COLUMN bss_route.route_code IS '路线编码';

CREATE TABLE bss_section_route (
  section_id bigint NOT NULL REFERENCES bss_section,
  route_id bigint NOT NULL REFERENCES bss_route,
  PRIMARY KEY (section_id, route_id)
);
COMMENT ON TABLE bss_section_route IS '路段路线关联表';

INSERT INTO bss_company SELECT i, (ARRAY['赣北','赣南','赣东','赣西','昌九','昌樟'])[i] || '高速管理有限公司', CASE WHEN i < 5 THEN '国有' ELSE '民营' END, '0791-8888000' || i, NULL FROM generate_series(1, 6) i;
INSERT INTO bss_section SELECT i, (ARRAY['昌九','昌樟','温厚','赣粤','沪昆','福银','大广','济广'])[i] || '段', 20.5 * i, date '2001-05-01' + 300 * i FROM generate_series(1, 8) i;
INSERT INTO bss_service_area SELECT i, (ARRAY['庐山','永修','鄱阳','共青','樟树','丰城','新余','宜春','萍乡','吉安','泰和','遂川','赣州','信丰','龙南','上饶'])[i] || '服务区', 'H' || (1000 + i), 1 + i % 5,
  CASE WHEN i % 7 = 0 THEN NULL ELSE 1 + i % 8 END, CASE WHEN i % 2 = 0 THEN '上行' ELSE '下行' END, 40 + 15 * i, i % 3 = 0, timestamp '2020-01-01' + i * interval '20 days', CASE WHEN i = 16 THEN timestamp '2023-05-01' END FROM generate_series(1, 16) i;
INSERT INTO bss_business_day_data (oper_date, service_area_id, branch_name, wx_order, pay_sum) SELECT date '2023-01-01' + d, s, b, 20 + (d * 7 + s * 3) % 90, 900 + (d * 37 + s * 113 + length(b) * 51) % 4000
  FROM generate_series(0, 119, 3) d, generate_series(1, 15) s, unnest(ARRAY['餐饮','便利店','加油站']) b WHERE (d + s) % 2 = 0;
INSERT INTO bss_car_day_count (service_area_id, count_date, car_type, customer_count) SELECT s, date '2023-01-01' + d, t, 200 + (d * 13 + s * 29 + length(t) * 7) % 900
  FROM generate_series(0, 119, 5) d, generate_series(1, 14) s, unnest(ARRAY['小客车','货车','过境车辆']) t;
INSERT INTO bss_route SELECT i, (ARRAY['京港澳线','沪昆线','福银线','济广线'])[i], 'G' || (30 + i) FROM generate_series(1, 4) i;
INSERT INTO bss_section_route SELECT s, r FROM generate_series(1, 8) s, generate_series(1, 4) r WHERE (s + r) % 3 = 0;
