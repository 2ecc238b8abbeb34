-- Names in mixed case, several schemas, reserved words, keys of two and three
-- columns, a table that refers to itself, tables of the same name.
CREATE SCHEMA "Sales";
CREATE SCHEMA hr;
CREATE SCHEMA archive;

CREATE TABLE hr."Department" ("DepartmentId" int PRIMARY KEY, "Name" text NOT NULL, "ParentId" int REFERENCES hr."Department", "Budget" numeric(12,2) NOT NULL);
CREATE TABLE hr."Employee" (
  "EmployeeId" int PRIMARY KEY, "FirstName" text NOT NULL, "LastName" text NOT NULL, "EmailAddress" text NOT NULL,
  "DepartmentId" int NOT NULL REFERENCES hr."Department", "ManagerId" int REFERENCES hr."Employee",
  "HireDate" date NOT NULL, "Salary" numeric(10,2) NOT NULL, "IsActive" boolean NOT NULL);
CREATE TABLE "Sales"."Customer" ("CompanyId" int, "CustomerNo" int, "Name" text NOT NULL, "Country" text NOT NULL, PRIMARY KEY ("CompanyId", "CustomerNo"));
CREATE TABLE "Sales"."Order" (
  "CompanyId" int, "OrderNo" int, "CustomerNo" int NOT NULL, "EmployeeId" int REFERENCES hr."Employee",
  "OrderDate" timestamptz NOT NULL, "ShippedDate" timestamptz, "Status" text NOT NULL, "TotalAmount" numeric(12,2) NOT NULL,
  PRIMARY KEY ("CompanyId", "OrderNo"),
  FOREIGN KEY ("CompanyId", "CustomerNo") REFERENCES "Sales"."Customer");
CREATE TABLE "Sales"."OrderLine" (
  "CompanyId" int, "OrderNo" int, "LineNo" int, "user" text NOT NULL, "Quantity" int NOT NULL, "UnitPrice" money NOT NULL,
  PRIMARY KEY ("CompanyId", "OrderNo", "LineNo"),
  FOREIGN KEY ("CompanyId", "OrderNo") REFERENCES "Sales"."Order");
CREATE TABLE "Sales"."LineReturn" (
  "ReturnId" bigserial PRIMARY KEY, "CompanyId" int NOT NULL, "OrderNo" int NOT NULL, "LineNo" int NOT NULL, "Reason" text, "Quantity" int NOT NULL, "ReturnedOn" date NOT NULL,
  FOREIGN KEY ("CompanyId", "OrderNo", "LineNo") REFERENCES "Sales"."OrderLine");
CREATE TABLE archive."Order" ("OrderNo" int PRIMARY KEY, "Status" text NOT NULL, "select" int, "group" text);

INSERT INTO hr."Department" SELECT i, (ARRAY['Board','Sales','Support','Finance','Field sales','Key accounts'])[i], CASE WHEN i = 1 THEN NULL WHEN i < 5 THEN 1 ELSE 2 END, 100000 + 25000 * i FROM generate_series(1, 6) i;
INSERT INTO hr."Employee" SELECT i, 'First' || i, 'Last' || i, 'e' || i || '@example.com', 1 + i % 6, CASE WHEN i > 3 THEN 1 + i % 3 END, date '2015-03-01' + 97 * i, 2500 + 130 * i, i % 9 <> 0 FROM generate_series(1, 30) i;
INSERT INTO "Sales"."Customer" SELECT c, n, 'Customer ' || chr(64 + n) || c, (ARRAY['France','Germany','Spain'])[1 + (c + n) % 3] FROM generate_series(1, 3) c, generate_series(1, 15) n;
INSERT INTO "Sales"."Order" SELECT 1 + i % 3, i, 1 + i % 14, CASE WHEN i % 11 > 0 THEN 1 + i % 29 END, timestamptz '2022-01-03 10:00+00' + i * interval '31 hours',
  CASE WHEN i % 5 > 0 THEN timestamptz '2022-01-05 10:00+00' + i * interval '32 hours' END, (ARRAY['new','paid','shipped','cancelled'])[1 + i % 4], 20 + (i * 37) % 900 FROM generate_series(1, 400) i;
INSERT INTO "Sales"."OrderLine" SELECT "CompanyId", "OrderNo", l, 'u' || "OrderNo" % 7, 1 + ("OrderNo" + l) % 9, (5 + ("OrderNo" * l) % 80)::numeric::money FROM "Sales"."Order", generate_series(1, 3) l;
INSERT INTO "Sales"."LineReturn" ("CompanyId", "OrderNo", "LineNo", "Reason", "Quantity", "ReturnedOn") SELECT "CompanyId", "OrderNo", "LineNo", 'it''s broken', 1, date '2023-05-01' + "OrderNo" FROM "Sales"."OrderLine" WHERE "OrderNo" % 6 = 0;
INSERT INTO archive."Order" SELECT i, (ARRAY['closed','void'])[1 + i % 2], i, 'g' || i % 4 FROM generate_series(1, 40) i;
