package catalog

import (
	"errors"
	"fmt"
	"testing"

	"github.com/citu/datapipeline/events"
)

const listed = `
	CREATE SCHEMA hr;
	CREATE TABLE hr.pay (id int);
	CREATE TABLE "Order" (id int);
	CREATE TABLE fare (d date) PARTITION BY RANGE (d);
	CREATE TABLE fare_1 PARTITION OF fare FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
	CREATE VIEW total AS SELECT 1 AS one;
	CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one;
	COMMENT ON TABLE fare IS '行程收入';
	INSERT INTO fare VALUES ('2024-01-01');
	ANALYZE fare_1, hr.pay;`

func TestListPagesThroughEverything(t *testing.T) {
	pool := database(t, listed)
	want := []events.TableSummary{
		{Schema: "hr", Name: "pay", Kind: "table", Readable: true},
		{Schema: "public", Name: "Order", Kind: "table", EstimatedRows: -1, Readable: true},
		{Schema: "public", Name: "fare", Kind: "partitioned table", Comment: "行程收入", EstimatedRows: 1, Readable: true},
		{Schema: "public", Name: "kept", Kind: "materialized view", EstimatedRows: -1, Readable: true},
		{Schema: "public", Name: "total", Kind: "view", EstimatedRows: -1, Readable: true},
	}
	for _, limit := range []int{0, 1, 2, 5} {
		var got []events.TableSummary
		question := events.Question{Limit: limit}
		for {
			page, err := List(t.Context(), pool, question)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, page.Tables...)
			if question.Cursor = page.NextCursor; question.Cursor == "" {
				break
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("in pages of %d\ngot  %v\nwant %v", limit, got, want)
		}
	}
}

func TestListSearchesNamesAndComments(t *testing.T) {
	pool := database(t, listed)
	for search, want := range map[string]string{"ORD": "[Order]", "收入": "[fare]", "hr.p": "[pay]", "%": "[]"} {
		page, err := List(t.Context(), pool, events.Question{Search: search})
		if err != nil {
			t.Fatal(err)
		}
		names := []string{}
		for _, s := range page.Tables {
			names = append(names, s.Name)
		}
		if fmt.Sprint(names) != want {
			t.Errorf("searching %q found %v, want %s", search, names, want)
		}
	}
}

func TestListRefusesForeignCursors(t *testing.T) {
	pool := database(t, "")
	for _, c := range []string{"x", "!", "YQ", cursor(Name{"a", "b\x00c"})} {
		if _, err := List(t.Context(), pool, events.Question{Cursor: c}); !errors.Is(err, ErrCursor) {
			t.Errorf("cursor %q: %v", c, err)
		}
	}
}

func TestTestCountsWhatCanBeRead(t *testing.T) {
	pool := database(t, listed+`
		CREATE ROLE test_reader;
		GRANT USAGE ON SCHEMA hr TO test_reader;
		GRANT SELECT ON "Order" TO test_reader;
		GRANT SELECT (id) ON hr.pay TO test_reader`)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_, err := conn.Exec(t.Context(), "RESET ROLE")
		conn.Release()
		if err != nil {
			t.Error(err)
		}
		run(t, pool, "DROP OWNED BY test_reader; DROP ROLE test_reader")
	}()
	for role, want := range map[string]int{"none": 5, "test_reader": 2} {
		if _, err := conn.Exec(t.Context(), "SET ROLE "+role); err != nil {
			t.Fatal(err)
		}
		got, err := Test(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		if !got.OK || got.Tables != 5 || got.ReadableTables != want || got.DBName != pool.Config().ConnConfig.Database ||
			got.ServerVersion == "" || got.LatencySeconds <= 0 {
			t.Errorf("as %s: %+v", role, got)
		}
	}
}
