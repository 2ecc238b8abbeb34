package profile_test

import (
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// read profiles a fresh database with the given tables.
func read(t *testing.T, sql string, options ...func(*pgxpool.Config)) (*profile.Database, *observer.ObservedLogs) {
	t.Helper()
	owner, err := pgxpool.New(t.Context(), testkit.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	if _, err := owner.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	config := owner.Config()
	for _, option := range options {
		option(config)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	schema, err := catalog.Read(t.Context(), pool, nil)
	if err != nil {
		t.Fatal(err)
	}
	core, lines := observer.New(zap.WarnLevel)
	db, err := profile.Read(t.Context(), pool, schema, events.English, mask.New(events.MaskData), zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	return db, lines
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	sql, err := os.ReadFile("../testdata/" + name + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(sql)
}

func table(t *testing.T, db *profile.Database, schema, name string) *profile.Table {
	t.Helper()
	found := db.Table(catalog.Name{Schema: schema, Name: name})
	if found == nil {
		t.Fatalf("no table %s", name)
	}
	return found
}

func TestRolesOfColumns(t *testing.T) {
	db, _ := read(t, `CREATE TABLE customers (
		id int PRIMARY KEY, name text, email text, phone bigint, zip_code int, birth_year int, status text, vip boolean, is_deleted int,
		credit_limit numeric, total_paid numeric, orders_count int, latitude float8, password text, created_at timestamp, updated_at timestamp,
		last_visit date, note text, rating int, kind int, twitter text, version int);
		INSERT INTO customers SELECT i, 'N' || i, 'a' || i || '@b.cc', 123, 1000 + i, 1950 + i % 50, (ARRAY['new','old'])[1 + i % 2], true, 0,
		i * 10, i, i % 7, 1, 'x', now(), now(), date '2024-01-01' + i, 'n' || i, i % 30, i % 3, 'user' || i || '@host.example', 1 FROM generate_series(1, 100) i`)
	customers := table(t, db, "public", "customers")
	for name, want := range map[string]profile.Role{
		"id": profile.Key, "name": profile.Personal, "email": profile.Personal, "phone": profile.Hidden, "zip_code": profile.Code,
		"birth_year": profile.Year, "status": profile.Category, "vip": profile.Flag, "is_deleted": profile.Hidden, "credit_limit": profile.Level,
		"total_paid": profile.Amount, "orders_count": profile.Amount, "latitude": profile.Hidden, "password": profile.Hidden,
		"created_at": profile.Moment, "updated_at": profile.Hidden, "last_visit": profile.Moment, "note": profile.Personal, "rating": profile.Level,
		"kind": profile.Category, "twitter": profile.Personal, "version": profile.Hidden,
	} {
		if got := customers.Find(name).Role; got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if len(customers.Live) != 1 || customers.Live[0].Test != " = 0" {
		t.Errorf("live: %+v", customers.Live)
	}
	if !customers.Find("created_at").Audit || customers.Find("last_visit").Audit {
		t.Error("audit times are not told from others")
	}
}

func TestSecretsAndPersonalDataAreNotRead(t *testing.T) {
	db, _ := read(t, fixture(t, "mixed"))
	for _, c := range table(t, db, "hr", "Employee").Columns {
		if (c.Role == profile.Personal || c.Role == profile.Hidden) && c.Stats != nil {
			t.Errorf("%s was read", c.Name)
		}
	}
}

func TestLinksAndLabels(t *testing.T) {
	db, _ := read(t, fixture(t, "mixed"))
	employee := table(t, db, "hr", "Employee")
	if len(employee.Label) != 2 || employee.Label[0].Name != "FirstName" {
		t.Errorf("label of employees: %v", employee.Label)
	}
	var terms []string
	for _, l := range employee.Links {
		terms = append(terms, l.Term.One)
	}
	if got := strings.Join(terms, ", "); got != "department, manager" {
		t.Errorf("links: %s", got)
	}
	line := table(t, db, "Sales", "LineReturn").Links[0]
	if len(line.Columns) != 3 || !line.Declared || line.To.Name != "OrderLine" {
		t.Errorf("key of three columns: %+v", line)
	}
	if got := table(t, db, "Sales", "Order").One + ", " + table(t, db, "archive", "Order").One; got != "sales order, archive order" {
		t.Errorf("tables of one name: %s", got)
	}
}

func TestLinksAreInferredWhereNoneAreDeclared(t *testing.T) {
	db, _ := read(t, fixture(t, "keyless"))
	var links []string
	for _, name := range []string{"fact_sale", "fact_refund", "t_stock"} {
		for _, l := range table(t, db, "public", name).Links {
			links = append(links, l.From.Name+"→"+l.To.Name)
		}
	}
	want := "fact_sale→dim_store fact_sale→dim_product fact_sale→dim_member fact_refund→fact_sale t_stock→dim_store t_stock→dim_product"
	if got := strings.Join(links, " "); got != want {
		t.Errorf("got %s", got)
	}
}

func TestSamplesShowWhatOccurs(t *testing.T) {
	db, _ := read(t, fixture(t, "highway"))
	business := table(t, db, "public", "bss_business_day_data")
	paid, day := business.Find("pay_sum").Stats, business.Find("oper_date").Stats
	if !business.Complete || paid.Low >= paid.Median || paid.Median >= paid.High || paid.Distinct < 10 {
		t.Errorf("numbers: %+v", paid)
	}
	if day.Busy != 2023 || day.First.After(day.Last) {
		t.Errorf("dates: %v to %v, %d", day.First, day.Last, day.Busy)
	}
	if names := business.Links[0].Named(); len(names) == 0 || !strings.HasSuffix(names[0], "服务区") {
		t.Errorf("names: %q", names)
	}
}

func TestASampleIsSpreadOverALargeTable(t *testing.T) {
	db, _ := read(t, `CREATE TABLE big AS SELECT i AS n, repeat('x', 200) AS filler FROM generate_series(1, 40000) i;
		CREATE TABLE parts (n int) PARTITION BY RANGE (n);
		CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (20001);
		CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (20001) TO (50000);
		INSERT INTO parts SELECT i FROM generate_series(1, 40000) i`)
	for _, name := range []string{"big", "parts"} {
		sampled := table(t, db, "public", name)
		stats := sampled.Find("n").Stats
		if sampled.Complete || sampled.Sampled == 0 || sampled.Sampled > 3000 || stats.High < 25000 {
			t.Errorf("%s: %d rows, complete %v, up to %v", name, sampled.Sampled, sampled.Complete, stats.High)
		}
	}
}

func TestATableThatCannotBeReadIsNamedAndTheOthersAreSampled(t *testing.T) {
	db, lines := read(t, `CREATE TABLE open AS SELECT i AS n FROM generate_series(1, 10) i;
		CREATE TABLE slow (n int); INSERT INTO slow VALUES (1); 
		CREATE FUNCTION refuse() RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RAISE EXCEPTION ''no''; END';
		ALTER TABLE slow ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON slow USING (refuse());
		DROP ROLE IF EXISTS profile_reader; CREATE ROLE profile_reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO profile_reader`,
		func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["role"] = "profile_reader" })
	if table(t, db, "public", "open").Sampled != 10 || table(t, db, "public", "slow").Find("n").Stats != nil {
		t.Error("wrong tables sampled")
	}
	if entries := lines.All(); len(entries) != 1 || !strings.Contains(entries[0].Message, "public.slow") || entries[0].ContextMap()["reason"] == nil {
		t.Errorf("log: %v", entries)
	}
}
