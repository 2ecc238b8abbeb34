package validate_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// climb has SQL texts climb the ladder and returns their report.
func climb(t *testing.T, dsn string, cfg validate.Config, sqls ...string) []verdict {
	t.Helper()
	exec(t, dsn, "CREATE TABLE IF NOT EXISTS always_there ()")
	return climbIn(t, dsn, cfg, folder(t, append(sqls, "SELECT count(*) FROM always_there")...))[:len(sqls)] // one is valid, or the step fails
}

func climbIn(t *testing.T, dsn string, cfg validate.Config, in fstest.MapFS) []verdict {
	t.Helper()
	run := stepstest.New(t, dsn, in)
	if _, err := validate.New(cfg).Run(t.Context(), run.Run); err != nil {
		t.Fatal(err)
	}
	return report(t, run.Files.Text("sql_validation_20250701_143052_report.json"))
}

// Each rung refuses what it is there for.
func TestLadder(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	exec(t, dsn, `CREATE TABLE wide (a int, b int); INSERT INTO wide SELECT i, i FROM generate_series(1, 1000) i; ANALYZE wide;
		CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2'`)
	const statement, names, plan, cost, run = events.RungStatement, events.RungNames, events.RungPlan, events.RungCost, events.RungRun
	cases := []struct{ sql, verdict, rung, state string }{
		{"SELECT city FROM guest", "valid", "", ""},
		{"SELECT city FROM guest WHERE id = 1;", "valid", "", ""},
		{"SELECT city FROM guest WHERE city = 'Paris'", "empty_result", "", ""},
		{"SELECT count(*) FROM guest WHERE city = 'Paris'", "valid", "", ""}, // a row that says 0
		{"SELECT sum(amount) FROM demo_booking WHERE false", "valid", "", ""},
		{"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n JOIN guest ON id = i", "valid", "", ""},

		{"SELECT 1; SELECT 2", "error", statement, "42601"},
		{"SELECT FROM WHERE", "error", statement, "42601"},
		{"SELECT city FROM guest WHERE id = $1", "error", statement, ""},
		{"DELETE FROM guest", "error", statement, ""},
		{"SELECT * FROM guest FOR UPDATE", "error", statement, ""},
		{"WITH gone AS (DELETE FROM guest RETURNING *) SELECT * FROM gone", "error", statement, "0A000"},
		{"SELECT FROM guest", "error", statement, ""},

		{"SELECT citty FROM guest", "error", names, "42703"},
		{"SELECT g.city FROM guest", "error", names, "42P01"}, // a missing join
		{"SELECT * FROM gest", "error", names, "42P01"},
		{"SELECT * FROM nowhere.guest", "error", names, "42P01"},
		{"SELECT nowhere.f(1)", "error", names, "3F000"},
		{"SELECT no_such_function(id) FROM guest", "error", names, "42883"},
		{"SELECT id::no_such_type FROM guest", "error", names, "42704"},
		{"SELECT id FROM guest g, demo_booking b", "error", names, "42702"}, // ambiguous is no name

		{"SELECT 1 AS one", "error", names, ""}, // no table
		{"SELECT * FROM generate_series(1, 3)", "error", names, ""},
		{"WITH guest AS (SELECT 1) SELECT * FROM guest", "error", names, ""},
		{"SELECT * FROM pg_shadow", "error", names, ""}, // the server's own
		{"TABLE pg_catalog.pg_class", "error", names, ""},
		{"SELECT table_name FROM information_schema.tables", "error", names, ""},
		{"SELECT (WITH pg_shadow AS (SELECT 1 AS x) SELECT x FROM pg_shadow), s.* FROM guest, pg_shadow s", "error", names, ""},
		{"WITH pg_shadow AS (SELECT * FROM guest) SELECT * FROM pg_shadow", "valid", "", ""},
		{"TABLE guest", "valid", "", ""},

		{"SELECT * FROM guest WHERE city > 5", "error", plan, "42883"}, // the operator is there for other types
		{"SELECT * FROM guest WHERE city IN (1, 2)", "error", plan, "42883"},
		{"SELECT * FROM guest WHERE id LIKE 'a'", "error", plan, "42883"},
		{"SELECT twice(city) FROM guest", "error", plan, "42883"}, // so is the function
		{"SELECT pg_catalog.lower(booked_on) FROM demo_booking", "error", plan, "42883"},
		{"SELECT * FROM guest WHERE id = 'abc'", "error", plan, "22P02"},
		{"SELECT city, count(*) FROM guest", "error", plan, "42803"},
		{"SELECT id FROM guest UNION SELECT city FROM guest", "error", plan, "42804"},
		{"SELECT 1 / 0", "error", plan, "22012"}, // the planner computes it
		{"SELECT nextval('ticket')", "error", plan, ""},

		{"SELECT count(*) FROM wide a, wide b, wide c, wide d", "too_expensive", cost, ""},
		{"SELECT count(*) FROM guest, generate_series(1, 1000000000000)", "too_expensive", cost, ""},

		{"SELECT 10 / (amount - 10) FROM demo_booking", "error", run, "22012"},
		{"SELECT status::int FROM demo_booking", "error", run, "22P02"},
		{"SELECT (SELECT id FROM guest)", "error", run, "21000"},
		{"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n, guest", "too_expensive", run, "57014"},
	}
	sqls := make([]string, len(cases))
	for i, c := range cases {
		sqls[i] = c.sql
	}
	for i, v := range climb(t, dsn, validate.Config{StatementTimeout: time.Second / 2}, sqls...) {
		c := cases[i]
		if v.Verdict != c.verdict || v.Rung != c.rung || v.SQLState != c.state {
			t.Errorf("%s\n got %s at %q (%s %s)\nwant %s at %q (%s)", v.SQL, v.Verdict, v.Rung, v.SQLState, v.Message, c.verdict, c.rung, c.state)
		}
		if (c.verdict == "valid" || c.verdict == "empty_result") != v.Valid {
			t.Errorf("%s: valid is %v", v.SQL, v.Valid)
		}
		if v.SQL == "SELECT status::int FROM demo_booking" && strings.Contains(v.Message, "paid") {
			t.Errorf("a value of the data is told: %s", v.Message)
		}
	}
}

// What a role may not read is not there for it.
func TestLadderWithoutPrivileges(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	role := fmt.Sprintf("reader_%d", time.Now().UnixNano())
	reader := ownedBy(t, dsn, role)
	exec(t, dsn, "CREATE TABLE payroll (id int); REVOKE ALL ON payroll FROM PUBLIC")
	v := climb(t, reader, validate.Config{}, "SELECT * FROM payroll")[0]
	if v.Rung != events.RungNames || v.SQLState != "42501" {
		t.Errorf("%+v", v)
	}
}

// A foreign table whose server is gone is the fault of the pairs that read it.
func TestLadderWithoutAForeignServer(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	exec(t, dsn, `CREATE EXTENSION postgres_fdw`, `CREATE SERVER gone FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1')`,
		`CREATE USER MAPPING FOR PUBLIC SERVER gone OPTIONS (user 'nobody', password 'none')`, `CREATE FOREIGN TABLE far (id int) SERVER gone`)
	v := climb(t, dsn, validate.Config{}, "SELECT * FROM far", "SELECT city FROM guest")
	if v[0].Verdict != "error" || v[0].Rung != events.RungRun || v[0].SQLState != "08001" || !v[1].Valid {
		t.Errorf("%+v", v)
	}
}

// A limit of the cost is one: the same query is run beneath it.
func TestLadderMaxCost(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	const sql = "SELECT count(*) FROM guest"
	for limit, want := range map[float64]string{0.5: "too_expensive", 1e6: "valid"} {
		if v := climb(t, dsn, validate.Config{MaxCost: limit}, sql, "SELECT id FROM guest WHERE false")[0]; v.Verdict != want {
			t.Errorf("limit %v: %+v", limit, v)
		}
	}
}

// A thousand rows are computed at most.
func TestLadderRunsFirstRowsOnly(t *testing.T) {
	t.Parallel()
	v := climb(t, shop(t), validate.Config{}, "SELECT 1 / (1001 - i) FROM generate_series(1, 2000) i, guest WHERE id = 1", "SELECT 1 / (1000 - i) FROM generate_series(1, 2000) i, guest WHERE id = 1")
	if v[0].Verdict != "valid" || v[1].SQLState != "22012" || v[1].Rung != events.RungRun {
		t.Errorf("%+v", v)
	}
}

func TestCheckOne(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	pool, err := stepstest.New(t, dsn, nil).Business(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]events.PairCheck{
		"SELECT city FROM guest":                {Verdict: "valid"},
		"SELECT city FROM guest WHERE id = 99":  {Verdict: "empty_result"},
		"SELECT citty FROM guest":               {Verdict: "error", Rung: "names", ErrorType: "sql_error", SQLState: "42703", Message: `column "citty" does not exist`, Hint: `Perhaps you meant to reference the column "guest.city".`, Position: 8},
		"SELECT 1; DROP TABLE guest":            {Verdict: "error", Rung: "statement", ErrorType: "sql_error", SQLState: "42601", Message: "more than one statement; only one is accepted"},
		"SELECT * FROM pg_shadow":               {Verdict: "error", Rung: "names", ErrorType: "system_table", Message: "pg_catalog.pg_shadow is a table of the database system, not a table of this task"},
		"SELECT 1":                              {Verdict: "error", Rung: "names", ErrorType: "no_table", Message: "the SQL reads no table"},
		"SELECT pg_sleep(0) FROM no_such_table": {Verdict: "error", Rung: "plan", ErrorType: "volatile_function", Message: "the SQL calls the function pg_sleep, which is VOLATILE and may change data; if it only reads, declare it STABLE"},
	} {
		if got, _, err := validate.CheckOne(t.Context(), pool, validate.Task{Language: events.English}, sql); err != nil || got != want {
			t.Errorf("%s\n got %+v, %v\nwant %+v", sql, got, err, want)
		}
	}
	pool.Close()
	if _, _, err := validate.CheckOne(t.Context(), pool, validate.Task{}, "SELECT 1"); err == nil {
		t.Error("it answers without a database")
	}
}

// hotel is a schema of three tables with keys, and pairs over it that a person
// wrote.
const hotel = `
CREATE TABLE hotel (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL, stars int);
CREATE TABLE room (id int PRIMARY KEY, hotel_id int NOT NULL REFERENCES hotel, kind text NOT NULL, price numeric(8,2) NOT NULL);
CREATE TABLE stay (id int PRIMARY KEY, room_id int NOT NULL REFERENCES room, guest_name text NOT NULL, arrived_on date NOT NULL, nights int NOT NULL);
INSERT INTO hotel VALUES (1, 'Adler', 'Bern', 4), (2, 'Seeblick', 'Luzern', 3), (3, 'Krone', 'Bern', 5);
INSERT INTO room VALUES (1, 1, 'single', 90), (2, 1, 'double', 140), (3, 2, 'double', 120), (4, 3, 'suite', 400);
INSERT INTO stay VALUES (1, 1, 'Ada', '2025-01-03', 2), (2, 3, 'Bo', '2025-01-05', 1), (3, 4, 'Cy', '2025-02-01', 3);`

var hotelPairs = []pairs.Pair{
	{Question: "How many hotels are there in each city?", SQL: "SELECT hotel.city, count(*) AS hotels FROM hotel GROUP BY hotel.city ORDER BY hotels DESC, hotel.city;"},
	{Question: "Which hotels have more than three stars?", SQL: "SELECT hotel.name FROM hotel WHERE hotel.stars > 3 ORDER BY hotel.name;"},
	{Question: "What does a room cost on average in each hotel?", SQL: "SELECT h.name, avg(r.price) AS price FROM hotel AS h JOIN room AS r ON r.hotel_id = h.id GROUP BY h.name ORDER BY price;"},
	{Question: "Which is the dearest room in Bern?", SQL: "SELECT r.id, r.price FROM hotel AS h JOIN room AS r ON r.hotel_id = h.id WHERE h.city = 'Bern' ORDER BY r.price DESC LIMIT 1;"},
	{Question: "How many nights were spent in each hotel?", SQL: "SELECT h.name, sum(s.nights) AS nights FROM hotel AS h JOIN room AS r ON r.hotel_id = h.id JOIN stay AS s ON s.room_id = r.id GROUP BY h.name ORDER BY nights DESC;"},
	{Question: "Which rooms had no guest yet?", SQL: "SELECT r.id FROM room AS r WHERE NOT EXISTS (SELECT 1 FROM stay AS s WHERE s.room_id = r.id);"},
	{Question: "Who stayed for longer than the average?", SQL: "SELECT s.guest_name FROM stay AS s WHERE s.nights > (SELECT avg(nights) FROM stay);"},
	{Question: "What is the turnover of each month?", SQL: "SELECT date_trunc('month', s.arrived_on) AS month, sum(s.nights * r.price) AS turnover FROM stay AS s JOIN room AS r ON r.id = s.room_id GROUP BY month ORDER BY month;"},
	{Question: "How do rooms rank by price within their hotel?", SQL: "SELECT r.hotel_id, r.id, rank() OVER (PARTITION BY r.hotel_id ORDER BY r.price DESC) AS place FROM room AS r;"},
	{Question: "Which cities have a hotel but no suite?", SQL: "SELECT h.city FROM hotel AS h EXCEPT SELECT h.city FROM hotel AS h JOIN room AS r ON r.hotel_id = h.id WHERE r.kind = 'suite';"},
	{Question: "Who stayed in Bern?", SQL: "SELECT s.guest_name FROM stay AS s JOIN room AS r ON r.id = s.room_id JOIN hotel AS h ON h.id = r.hotel_id WHERE h.city = 'Bern';"},
	{Question: "What share of the rooms are doubles?", SQL: "SELECT CAST(count(CASE WHEN r.kind = 'double' THEN 1 END) AS real) * 100 / NULLIF(count(r.id), 0) FROM room AS r;"},
	{Question: "Which guests arrived within a week of the first?", SQL: "SELECT s.guest_name FROM stay AS s WHERE s.arrived_on < (SELECT min(arrived_on) FROM stay) + 7;"},
}

// Good pairs pass, and copies of them with a fault are refused where it lies.
func TestGoodPairsPassAndSpoiltOnesDoNot(t *testing.T) {
	t.Parallel()
	dsn := testkit.Postgres(t)
	exec(t, dsn, hotel)
	checkGold(t, dsn, hotelPairs)
}

// The same over a database of one's own: a folder with a dump *.sql and pairs
// gold_pair.json, named by DP_GOLD_PAIRS.
func TestGoldPairsOfAFolder(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("DP_GOLD_PAIRS")
	if dir == "" {
		return // nobody asks
	}
	dumps, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil || len(dumps) == 0 {
		t.Fatalf("no *.sql in %s (%v)", dir, err)
	}
	dsn := testkit.Postgres(t)
	for _, dump := range dumps {
		sql, err := os.ReadFile(dump)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, dsn, string(sql), "ANALYZE")
	}
	gold, err := pairs.Read(os.DirFS(dir), "gold_pair.json")
	if err != nil {
		t.Fatal(err)
	}
	checkGold(t, dsn, gold)
}

func checkGold(t *testing.T, dsn string, gold []pairs.Pair) {
	t.Helper()
	sqls := make([]string, len(gold))
	for i, p := range gold {
		sqls[i] = p.SQL
	}
	for _, v := range climb(t, dsn, validate.Config{}, sqls...) {
		switch {
		case !v.Valid && v.Verdict != "duplicate":
			t.Errorf("%s\n%s at %s: %s", v.SQL, v.Verdict, v.Rung, v.Message)
		case v.Verdict == "empty_result":
			t.Logf("empty: %s", v.SQL)
		}
	}
	spoilt, want := spoil(t, sqls)
	counts := map[string]int{}
	for i, v := range climb(t, dsn, validate.Config{}, spoilt...) {
		counts[v.Rung]++
		if v.Valid || v.Rung != want[i] {
			t.Errorf("%s\n%s at %q (%s %s), want %s", v.SQL, v.Verdict, v.Rung, v.SQLState, v.Message, want[i])
		}
	}
	t.Logf("%d good; %d spoilt, refused at %v", len(sqls), len(spoilt), counts)
}

// spoil makes a faulty copy of each statement: a quarter has a misspelt column,
// a quarter lacks a join, a quarter compares with a value of another type and a
// quarter is followed by a second statement; a kind that a statement has no
// place for goes to the next that has. want is the rung for each.
func spoil(t *testing.T, sqls []string) (spoilt, want []string) {
	t.Helper()
	kinds := []struct {
		name, rung string
		spoil      func(string) string
	}{
		{"missing join", events.RungNames, dropJoin},
		{"wrong type", events.RungPlan, wrongType},
		{"misspelt column", events.RungNames, misspell},
		{"second statement", events.RungStatement, func(sql string) string { return strings.TrimSuffix(sql, ";") + "; SELECT 1;" }},
	}
	left := map[string]int{}
	for _, k := range kinds {
		left[k.name] = int(math.Ceil(float64(len(sqls)) / float64(len(kinds))))
	}
	for _, sql := range sqls {
		made := false
		for _, k := range kinds {
			if bad := k.spoil(sql); !made && left[k.name] > 0 && bad != sql {
				left[k.name]--
				spoilt, want, made = append(spoilt, bad), append(want, k.rung), true
			}
		}
		if !made {
			t.Errorf("nothing can be spoilt in %s", sql)
		}
	}
	return spoilt, want
}

var (
	lastJoin  = regexp.MustCompile(`(?i)\s(?:INNER )?JOIN (\w+)(?: AS (\w+))? ON [\w.]+ = [\w.]+`)
	qualified = regexp.MustCompile(`\b([A-Za-z]\w*)\.([a-z_]+)\b`)
)

// dropJoin leaves out a join whose alias the rest of the statement uses.
func dropJoin(sql string) string {
	for _, m := range lastJoin.FindAllStringSubmatchIndex(sql, -1) {
		alias := sql[m[2]:m[3]]
		if m[4] >= 0 {
			alias = sql[m[4]:m[5]]
		}
		rest := sql[:m[0]] + sql[m[1]:]
		if strings.Contains(rest, alias+".") && !strings.Contains(sql, "EXCEPT") {
			return rest
		}
	}
	return sql
}

// misspell doubles the last letter of the first qualified column, or of the
// first column of the select list.
func misspell(sql string) string {
	if m := qualified.FindStringSubmatchIndex(sql); m != nil {
		return sql[:m[5]] + sql[m[5]-1:m[5]] + "x" + sql[m[5]:]
	}
	return regexp.MustCompile(`(?i)^(SELECT (?:\w+\()*)(\w+)`).ReplaceAllString(sql, "${1}${2}xx")
}

// wrongType compares a whole row of the first table with a number.
func wrongType(sql string) string {
	return regexp.MustCompile(`(\w+\.\w+|\b\w+) (=|LIKE) '[^']*'`).ReplaceAllString(sql, "$1 > 5")
}
