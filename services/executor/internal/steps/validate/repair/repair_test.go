package repair_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate/repair"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const schema = `
CREATE SCHEMA hr;
CREATE SCHEMA "Old";
CREATE TABLE guest (id bigint PRIMARY KEY, "fullName" text, city text);
CREATE TABLE demo_booking (id bigint PRIMARY KEY, guest_id bigint, status text, booked_on date, amount numeric);
CREATE TABLE "OrderLines" (id int, "unitPrice" numeric, quantity int);
CREATE TABLE hr.employee (id int, name text, salary numeric);
CREATE TABLE "Old".archive (id int, note text);
CREATE TABLE east_sales (id int, total numeric);
CREATE TABLE west_sales (id int, total numeric);
`

// database runs the schema and returns a pool.
func database(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), testkit.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := pool.Exec(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
	return pool
}

// fault is what the server says of a statement, and whether it is one.
func fault(t *testing.T, pool *pgxpool.Pool, sql string) (validate.Fault, bool) {
	t.Helper()
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	_, err = conn.Conn().PgConn().Prepare(t.Context(), "", sql, nil)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return validate.Fault{}, false
	}
	return validate.Fault{Pair: pairs.Pair{Question: "q", SQL: sql}, SQLState: pg.Code, Message: pg.Message, Hint: pg.Hint, Position: int(pg.Position)}, true
}

func TestNames(t *testing.T) {
	pool := database(t)
	mend := repair.Names().Begin(nil, pool)
	for _, tt := range []struct{ name, sql, want string }{
		{"misspelt table", "SELECT * FROM gest", "SELECT * FROM guest"},
		{"table in the plural", "SELECT count(*) FROM guests", "SELECT count(*) FROM guest"},
		{"table without its prefix", "SELECT count(*) FROM booking", "SELECT count(*) FROM demo_booking"},
		{"table without its schema", "SELECT name FROM employee", "SELECT name FROM hr.employee"},
		{"table in the wrong schema", "SELECT name FROM public.employee e", "SELECT name FROM hr.employee e"},
		{"table in capitals", "SELECT id FROM OrderLines", `SELECT id FROM "OrderLines"`},
		{"schema in capitals", "SELECT note FROM Old.archive", `SELECT note FROM "Old".archive`},
		{"misspelt table that qualifies", "SELECT gest.city FROM gest WHERE gest.id = 1", "SELECT guest.city FROM guest WHERE guest.id = 1"},
		{"table behind a comment of wide characters", "SELECT '城市' /* 客户 */ FROM gest", "SELECT '城市' /* 客户 */ FROM guest"},
		{"misspelt column", "SELECT citty FROM guest GROUP BY citty", "SELECT city FROM guest GROUP BY city"},
		{"column in capitals", "SELECT g.fullName FROM guest AS g ORDER BY g.fullName", `SELECT g."fullName" FROM guest AS g ORDER BY g."fullName"`},
		{"column with other underscores", "SELECT bookedon FROM demo_booking", "SELECT booked_on FROM demo_booking"},
		{"column of another alias", "SELECT b.city FROM demo_booking b JOIN guest g ON g.id = b.guest_id", "SELECT g.city FROM demo_booking b JOIN guest g ON g.id = b.guest_id"},
		{"column of a named subquery", "WITH x AS (SELECT amount AS total FROM demo_booking) SELECT totl FROM x", "WITH x AS (SELECT amount AS total FROM demo_booking) SELECT x.total FROM x"},
		{"table's name though it has an alias", "SELECT guest.city FROM guest g", "SELECT g.city FROM guest g"},
		{"misspelt alias", "SELECT gs.city, b.amount FROM guest g JOIN demo_booking b ON b.guest_id = g.id", "SELECT g.city, b.amount FROM guest g JOIN demo_booking b ON b.guest_id = g.id"},
		{"alias that the select list defines", "SELECT citty AS citty FROM guest", "SELECT city AS citty FROM guest"},

		{"nothing near", "SELECT * FROM unicorns", ""},
		{"two equally near", "SELECT * FROM sales", ""},
		{"column with nothing near", "SELECT colour FROM guest", ""},
		{"another fault", "SELECT id, count(*) FROM guest", ""},
		{"a syntax error", "SELEC 1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, faulty := fault(t, pool, tt.sql)
			if !faulty {
				t.Fatal("the server accepts it")
			}
			got, err := mend(t.Context(), f)
			if err != nil || got != tt.want {
				t.Fatalf("%s %s (hint %q)\n got %q, %v\nwant %q", f.SQLState, f.Message, f.Hint, got, err, tt.want)
			}
			if still, faulty := fault(t, pool, got); got != "" && faulty {
				t.Errorf("still refused: %s", still.Message)
			}
		})
	}
}

// A position outside the text, or one that fits nothing, is no panic.
func FuzzNames(f *testing.F) {
	f.Add("SELECT a.b FROM c, (SELECT 1) AS d", 8)
	f.Add(`SELECT "a"."b" FROM e.f g JOIN h ON (i = j)`, 21)
	f.Fuzz(func(t *testing.T, sql string, position int) {
		for _, state := range []string{"42P01", "42703"} {
			repair.Propose(validate.Fault{Pair: pairs.Pair{SQL: sql}, SQLState: state, Position: position})
		}
	})
}

func TestNamesReportsALostDatabase(t *testing.T) {
	pool := database(t)
	mend := repair.Names().Begin(nil, pool)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mend(ctx, validate.Fault{SQLState: "42P01", Position: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	if _, err := mend(t.Context(), validate.Fault{SQLState: "42P01", Position: 1}); err != nil {
		t.Errorf("a failure is not for ever: %v", err)
	}
}
