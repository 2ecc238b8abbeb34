package catalog

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestViewsAreSampledLikeTables(t *testing.T) {
	got := samples(t, database(t, `
		CREATE TABLE t (id int, name text, password text);
		INSERT INTO t SELECT n, 'name ' || n, 'hush' FROM generate_series(3, 1, -1) n;
		CREATE VIEW v AS SELECT name, password FROM t;
		CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
		CREATE MATERIALIZED VIEW never AS SELECT id FROM t WITH NO DATA`))
	for name, want := range map[string]string{
		"v": "map[name:[name 1 name 2]]", "m": "map[id:[3 2]]", "never": "map[]",
	} {
		examples := map[string][]string{}
		for column, s := range got[name].Columns {
			examples[column] = s.Examples
		}
		if got[name].Err != nil || fmt.Sprint(examples) != want {
			t.Errorf("%s: %v %v, want %s", name, examples, got[name].Err, want)
		}
	}
}

// A view over large tables may have to read all of them for its first row.
func TestAViewThatTakesLongIsLeftAlone(t *testing.T) {
	pool := database(t, `
		CREATE TABLE t (id int, filler text);
		INSERT INTO t SELECT n, 'x' FROM generate_series(1, 1000) n;
		CREATE VIEW sums AS SELECT filler, count(*) FROM t GROUP BY filler;
		CREATE VIEW rows AS SELECT id FROM t;
		ANALYZE t;
		UPDATE pg_class SET reltuples = 1e9, relpages = 5 WHERE relname = 't'`)
	got := samples(t, pool)
	if !errors.Is(got["sums"].Err, ErrNotSampled) {
		t.Errorf("a sum over a large table: %+v", got["sums"])
	}
	if s := got["rows"]; s.Err != nil || len(s.Columns["id"].Examples) != MaxExamples {
		t.Errorf("rows of a large table: %+v", s)
	}
}

func TestAViewThatTellsTheTimeIsLeftAlone(t *testing.T) {
	for definition, sampled := range map[string]bool{
		"now()": false, "current_date - at": false, "random()": false, "localtimestamp": false, "age(at)": false, "current_user": false,
		"nextval('s')": false, "at": true, "age(at, timestamp '2024-01-01')": true, "'now'::text": true, "user_id": true,
	} {
		pool := database(t, `CREATE SEQUENCE s; CREATE TABLE t (at timestamp, user_id int); INSERT INTO t VALUES ('2024-01-01', 1);
			CREATE VIEW below AS SELECT `+definition+` AS x FROM t; CREATE VIEW v AS SELECT x FROM below`)
		if s := samples(t, pool)["v"]; s.Err != nil || len(s.Columns) > 0 != sampled {
			t.Errorf("%s: %+v", definition, s)
		}
	}
}

// The port is nobody's, the file is not there, and the wrapper has no handler.
func TestAForeignTableOutOfReachIsDescribedWithoutSamples(t *testing.T) {
	got := samples(t, database(t, `
		CREATE EXTENSION postgres_fdw; CREATE EXTENSION file_fdw;
		CREATE FOREIGN DATA WRAPPER plain;
		CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1');
		CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
		CREATE SERVER odd FOREIGN DATA WRAPPER plain;
		CREATE USER MAPPING FOR PUBLIC SERVER far;
		CREATE FOREIGN TABLE a (id int) SERVER far;
		CREATE FOREIGN TABLE b (id int) SERVER files OPTIONS (filename '/nowhere');
		CREATE FOREIGN TABLE c (id int) SERVER odd;
		CREATE VIEW d AS SELECT id FROM a;
		CREATE TABLE e (id int); INSERT INTO e VALUES (1)`))
	for _, name := range []string{"a", "b", "c", "d"} {
		if _, answered := errors.AsType[*pgconn.PgError](got[name].Err); !answered {
			t.Errorf("%s: %+v", name, got[name])
		}
	}
	if s := got["e"].Columns["id"].Examples; !slices.Equal(s, []string{"1"}) {
		t.Errorf("the table beside them: %v", s)
	}
}

func TestAForeignTableWithinReachIsSampled(t *testing.T) {
	pool := database(t, `
		CREATE EXTENSION postgres_fdw;
		CREATE TABLE near (id int); INSERT INTO near VALUES (7);`)
	at := pool.Config().ConnConfig
	run(t, pool, fmt.Sprintf(`
		CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '%d', dbname %s);
		CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'postgres', password %s);
		CREATE FOREIGN TABLE f (id int) SERVER far OPTIONS (schema_name 'public', table_name 'near')`,
		at.Port, Literal(at.Database), Literal(at.Password)))
	if s := samples(t, pool)["f"]; s.Err != nil || !slices.Equal(s.Columns["id"].Examples, []string{"7"}) {
		t.Errorf("%+v", s)
	}
}

func TestForeignTablesAreTakenServerByServer(t *testing.T) {
	on := func(name, server string) *target {
		table := &Table{Name: name}
		if server != "" {
			table.Foreign = &Foreign{Server: server}
		}
		return &target{Table: table}
	}
	var got []string
	for _, group := range byServer([]*target{on("a", "x"), on("v", ""), on("b", "y"), on("c", "x"), on("w", "")}) {
		names := ""
		for _, t := range group {
			names += t.Name
		}
		got = append(got, names)
	}
	if want := []string{"ac", "v", "b", "w"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
