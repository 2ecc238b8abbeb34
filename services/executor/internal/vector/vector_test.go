package vector_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var lexical = vector.Embedder{Name: "three-v1", Dimension: 3}

func open(t *testing.T, dsn string) *vector.Store {
	t.Helper()
	s, err := vector.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func exec(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, sql := range statements {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// one scans the one value of a query.
func one[T any](t *testing.T, dsn, sql string, args ...any) (value T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// withoutExtension is a database in which the role may make tables, but no
// extension.
func withoutExtension(t *testing.T) (owner, dsn string) {
	t.Helper()
	owner = testkit.Postgres(t)
	role := fmt.Sprintf("plain_%d", time.Now().UnixNano())
	exec(t, owner, "CREATE ROLE "+role+" LOGIN PASSWORD 'plain'", "GRANT CREATE ON SCHEMA public TO "+role)
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), owner)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close(context.Background()) }()
		if _, err := conn.Exec(context.Background(), "DROP OWNED BY "+role+"; DROP ROLE "+role); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "plain")
	return owner, u.String()
}

func document(id string, task string, v ...float32) vector.Document {
	return vector.Document{ID: id, Text: "text of " + id, Vector: v, Metadata: vector.Metadata{ID: id, Database: "h:1/d", TaskIDs: []string{task}}}
}

func put(t *testing.T, c *vector.Collection, docs ...vector.Document) {
	t.Helper()
	if _, err := c.Put(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
}

func collection(t *testing.T, s *vector.Store, name string) *vector.Collection {
	t.Helper()
	c, err := s.Collection(t.Context(), name, lexical)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Both forms of the store behave alike; only the column differs.
func TestPutSearchAndReadBack(t *testing.T) {
	for _, form := range []string{"vector", "real[]"} {
		t.Run(form, func(t *testing.T) {
			dsn := testkit.Postgres(t)
			if form == "real[]" {
				_, dsn = withoutExtension(t)
			}
			s := open(t, dsn)
			if err := s.Prepare(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			if s.Arrays() != (form == "real[]") {
				t.Fatalf("Arrays() = %v", s.Arrays())
			}
			got := one[string](t, dsn, "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'langchain_pg_embedding'::regclass AND attname = 'embedding'")
			if got != form {
				t.Errorf("embedding is %s", got)
			}
			c := collection(t, s, "sql")
			put(t, c, document("a", "t1", 1, 0, 0), document("b", "t1", 0.6, 0.8, 0), document("c", "t1", 0, 0, -1))
			matches, err := c.Search(t.Context(), []float32{0, 1, 0}, 2)
			if err != nil || len(matches) != 2 || matches[0].ID != "b" || matches[0].Text != "text of b" || matches[0].Cosine < 0.79 || matches[0].Cosine > 0.81 {
				t.Errorf("matches %v, %v", matches, err)
			}
			missing, err := c.Missing(t.Context(), []string{"a", "x", "c"})
			if err != nil || !reflect.DeepEqual(missing, []string{"x"}) {
				t.Errorf("missing %v, %v", missing, err)
			}
		})
	}
}

// The tables are those that langchain_postgres makes.
func TestLayout(t *testing.T) {
	dsn := testkit.Postgres(t)
	if err := open(t, dsn).Prepare(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	got := one[string](t, dsn, `
SELECT string_agg(attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod), E'\n' ORDER BY attrelid::regclass::text, attnum)
FROM pg_attribute WHERE attrelid IN ('langchain_pg_collection'::regclass, 'langchain_pg_embedding'::regclass) AND attnum > 0`)
	want := `langchain_pg_collection.uuid uuid
langchain_pg_collection.name character varying
langchain_pg_collection.cmetadata json
langchain_pg_embedding.id character varying
langchain_pg_embedding.collection_id uuid
langchain_pg_embedding.embedding vector
langchain_pg_embedding.document character varying
langchain_pg_embedding.cmetadata jsonb`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	if got := one[string](t, dsn, "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_cmetadata_gin'"); got != "CREATE INDEX ix_cmetadata_gin ON public.langchain_pg_embedding USING gin (cmetadata jsonb_path_ops)" {
		t.Error(got)
	}
}

func TestPrepareSaysThatTheExtensionIsMissing(t *testing.T) {
	_, dsn := withoutExtension(t)
	err := open(t, dsn).Prepare(t.Context(), false)
	var missing *vector.ExtensionError
	if !errors.As(err, &missing) || !missing.Available || missing.Major < 13 {
		t.Errorf("err = %#v", err)
	}
}

func TestPrepareTurnsArraysIntoVectorsOnceItCan(t *testing.T) {
	owner, dsn := withoutExtension(t)
	s := open(t, dsn)
	if err := s.Prepare(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	put(t, collection(t, s, "ddl"), document("a", "t1", 0, 1, 0))
	exec(t, owner, "CREATE SCHEMA extensions", "CREATE EXTENSION vector SCHEMA extensions", "GRANT USAGE ON SCHEMA extensions TO PUBLIC")
	s = open(t, dsn)
	if err := s.Prepare(t.Context(), true); err != nil || s.Arrays() {
		t.Fatalf("%v, arrays %v", err, s.Arrays())
	}
	matches, err := collection(t, s, "ddl").Search(t.Context(), []float32{0, 1, 0}, 1)
	if err != nil || len(matches) != 1 || matches[0].Cosine < 0.999 {
		t.Errorf("%v, %v", matches, err)
	}
}

func TestPrepareRefusesAnotherLayout(t *testing.T) {
	dsn := testkit.Postgres(t)
	exec(t, dsn, "CREATE EXTENSION vector", "CREATE TABLE langchain_pg_embedding (uuid uuid PRIMARY KEY, collection_id uuid, embedding vector, document varchar, cmetadata json, custom_id varchar)")
	if err := open(t, dsn).Prepare(t.Context(), true); !errors.Is(err, vector.ErrLayout) {
		t.Errorf("err = %v", err)
	}
}

func TestCollectionRefusesAnotherEmbedder(t *testing.T) {
	dsn := testkit.Postgres(t)
	s := open(t, dsn)
	if err := s.Prepare(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	put(t, collection(t, s, "sql"), document("a", "t1", 1, 0, 0))
	exec(t, dsn, "INSERT INTO langchain_pg_collection VALUES (gen_random_uuid(), 'theirs', NULL)",
		"INSERT INTO langchain_pg_embedding SELECT 'x-sql', uuid, '[1,2]', 'x' FROM langchain_pg_collection WHERE name = 'theirs'",
		`INSERT INTO langchain_pg_collection VALUES (gen_random_uuid(), 'empty', '{"owner": "us"}')`)
	for name, by := range map[string]vector.Embedder{
		"sql":    {Name: "three-v2", Dimension: 3}, // another version
		"theirs": lexical,                          // nobody knows by what
	} {
		_, err := s.Collection(t.Context(), name, by)
		var mismatch *vector.MismatchError
		if !errors.As(err, &mismatch) || mismatch.Collection != name || mismatch.Want != by {
			t.Errorf("%s: err = %v", name, err)
		}
	}
	collection(t, s, "empty")
	if got := one[string](t, dsn, "SELECT cmetadata::text FROM langchain_pg_collection WHERE name = 'empty'"); got != `{"owner": "us", "embedder": "three-v1", "dimension": 3}` && got != `{"owner": "us", "dimension": 3, "embedder": "three-v1"}` {
		t.Error(got)
	}
}

func TestCollectionRefusesAColumnOfAnotherLength(t *testing.T) {
	dsn := testkit.Postgres(t)
	s := open(t, dsn)
	if err := s.Prepare(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	exec(t, dsn, "ALTER TABLE langchain_pg_embedding ALTER COLUMN embedding TYPE vector(384)")
	_, err := s.Collection(t.Context(), "sql", lexical)
	var mismatch *vector.MismatchError
	if !errors.As(err, &mismatch) || mismatch.Have.Dimension != 384 {
		t.Errorf("err = %v", err)
	}
}

// A document loaded by two tasks goes with the last of them.
func TestDeleteTask(t *testing.T) {
	dsn := testkit.Postgres(t)
	s := open(t, dsn)
	if n, err := s.DeleteTask(t.Context(), "t1"); n != 0 || err != nil {
		t.Errorf("without tables: %d, %v", n, err)
	}
	if err := s.Prepare(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	c := collection(t, s, "sql")
	put(t, c, document("own", "t1", 1, 0, 0), document("shared", "t1", 1, 0, 0))
	put(t, c, document("shared", "t2", 1, 0, 0))
	put(t, c, document("shared", "t2", 1, 0, 0))
	if got := one[string](t, dsn, "SELECT (cmetadata -> 'task_ids')::text FROM langchain_pg_embedding WHERE id = 'shared'"); got != `["t1", "t2"]` {
		t.Errorf("task_ids %s", got)
	}
	for _, want := range []struct {
		task string
		gone int64
		left []string
	}{{"t3", 0, []string{"own", "shared"}}, {"t1", 1, []string{"shared"}}, {"t1", 0, []string{"shared"}}, {"t2", 1, nil}} {
		n, err := s.DeleteTask(t.Context(), want.task)
		if err != nil || n != want.gone {
			t.Errorf("%s: %d, %v", want.task, n, err)
		}
		if got := one[[]string](t, dsn, "SELECT array_agg(id ORDER BY id) FROM langchain_pg_embedding"); !reflect.DeepEqual(got, want.left) {
			t.Errorf("%s: left %v, want %v", want.task, got, want.left)
		}
	}
}

func TestLockIsOnePerDatabase(t *testing.T) {
	dsn := testkit.Postgres(t)
	first, second := open(t, dsn), open(t, dsn)
	never := func() { t.Error("waited") }
	if err := first.Lock(t.Context(), "h:1/a", time.Second, never); err != nil {
		t.Fatal(err)
	}
	if err := second.Lock(t.Context(), "h:1/b", time.Second, never); err != nil {
		t.Errorf("another database: %v", err)
	}
	waited := 0
	if err := second.Lock(t.Context(), "h:1/a", 10*time.Millisecond, func() { waited++ }); !errors.Is(err, vector.ErrBusy) || waited != 1 {
		t.Errorf("err = %v after %d waits", err, waited)
	}
	err := second.Lock(t.Context(), "h:1/a", time.Minute, func() {
		if err := first.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Errorf("after the first session ended: %v", err)
	}
}

// Sessions that start at once on an empty database make everything once.
func TestPrepareConcurrently(t *testing.T) {
	dsn := testkit.Postgres(t)
	var wg sync.WaitGroup
	for i := range 6 {
		s := open(t, dsn)
		wg.Go(func() {
			if err := s.Prepare(t.Context(), false); err != nil {
				t.Error(err)
				return
			}
			c, err := s.Collection(t.Context(), "sql", lexical)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := c.Put(t.Context(), []vector.Document{document("same", fmt.Sprint("t", i), 1, 0, 0)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := one[int](t, dsn, "SELECT jsonb_array_length(cmetadata -> 'task_ids') FROM langchain_pg_embedding"); got != 6 {
		t.Errorf("%d tasks", got)
	}
}

func TestIDsDependOnDatabaseCollectionAndText(t *testing.T) {
	id := vector.SQL.ID("h:1/d", "sql", "text")
	if id != "9cd05936-bffb-5f27-a156-a59ad7231b9a-sql" {
		t.Errorf("id is %s", id)
	}
	seen := map[string]bool{}
	for _, id := range []string{id, vector.SQL.ID("h:1/e", "sql", "text"), vector.SQL.ID("h:1/d", "p_sql", "text"), vector.SQL.ID("h:1/d", "sql", "text2"), vector.DDL.ID("h:1/d", "sql", "text")} {
		if seen[id] {
			t.Errorf("%s twice", id)
		}
		seen[id] = true
	}
}

func TestOpenKeepsThePasswordToItself(t *testing.T) {
	for _, dsn := range []string{"postgres://u:s3cret@127.0.0.1:1/db", "postgres://u:s3cret@[::bad/db"} {
		_, err := vector.Open(t.Context(), dsn)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("err = %v", err)
		}
	}
}
