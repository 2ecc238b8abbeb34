package vector_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

const shop = "h:1/shop"

// store is a store that is ready, and its connection string.
func store(t *testing.T) (*vector.Store, string) {
	t.Helper()
	dsn := testkit.Postgres(t)
	s := open(t, dsn)
	if err := s.Prepare(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return s, dsn
}

// loaded is a document of a load of shop's task.
func loaded(id, task string, tables ...string) vector.Document {
	return vector.Document{ID: id, Text: "text of " + id, Vector: []float32{1, 0, 0}, Metadata: vector.Metadata{
		ID: id, Database: shop, TaskIDs: []string{task}, TaskID: task, LoadID: task + "_load_20250701_143052", File: "f",
		Tables: append([]string{}, tables...), LoadedAt: vector.Moment(time.Date(2025, 7, 1, 6, 30, 52, 0, time.UTC)),
	}}
}

func all(t *testing.T, dsn string) []string {
	t.Helper()
	return one[[]string](t, dsn, `SELECT coalesce(array_agg(id ORDER BY id COLLATE "C"), '{}') FROM langchain_pg_embedding`)
}

// Only what a load stands for is replaced.
func TestReplace(t *testing.T) {
	s, dsn := store(t)
	c, ddl := collection(t, s, "sql"), collection(t, s, "ddl")
	foreign := loaded("foreign database", "t1", "public.a")
	foreign.Metadata.Database = "h:1/other"
	put(t, c, loaded("present", "t1", "public.a"), loaded("old", "t1", "public.a"), loaded("old of both", "t1", "public.a", "public.b"),
		loaded("another table", "t1", "public.a", "public.c"), loaded("no table, this task", "t2"), loaded("no table, another task", "t1"), foreign)
	put(t, ddl, loaded("old page", "t1", "public.b"))
	put(t, collection(t, s, "prefix_sql"), loaded("another prefix", "t1", "public.a"))
	exec(t, dsn, `INSERT INTO langchain_pg_embedding SELECT 'langchain''s own', uuid, '[1,0,0]', 'x', '{"database": "h:1/shop", "tables": ["public.a"]}' FROM langchain_pg_collection WHERE name = 'sql'`,
		`INSERT INTO langchain_pg_embedding SELECT 'older version', uuid, '[1,0,0]', 'x', '{"database": "h:1/shop", "task_ids": ["t1"]}' FROM langchain_pg_collection WHERE name = 'sql'`,
		`INSERT INTO langchain_pg_embedding SELECT 'without metadata', uuid, '[1,0,0]', 'x', NULL FROM langchain_pg_collection WHERE name = 'sql'`)
	r := vector.Replacement{Database: shop, TaskID: "t2", Tables: []string{"public.a", "public.b"}, Present: []string{"present"}}
	gone, err := s.Replace(t.Context(), []*vector.Collection{c, ddl}, r)
	if err != nil || gone != 4 {
		t.Errorf("%d gone, %v", gone, err)
	}
	want := []string{"another prefix", "another table", "foreign database", "langchain's own", "no table, another task", "older version", "present", "without metadata"}
	if got := all(t, dsn); !slices.Equal(got, want) {
		t.Errorf("left %q", got)
	}
	if got := one[[]string](t, dsn, `SELECT array_agg(id || ', ' || reason ORDER BY id COLLATE "C") FROM data_pipeline_deleted_embedding`); !slices.Equal(got, []string{"no table, this task, replaced", "old page, replaced", "old of both, replaced", "old, replaced"}) &&
		!slices.Equal(got, []string{"no table, this task, replaced", "old, replaced", "old of both, replaced", "old page, replaced"}) {
		t.Errorf("kept %q", got)
	}
	if gone, err := s.Replace(t.Context(), []*vector.Collection{c, ddl}, r); err != nil || gone != 0 {
		t.Errorf("again: %d gone, %v", gone, err)
	}
	tables, err := s.Tables(t.Context(), []*vector.Collection{c, ddl}, shop)
	slices.Sort(tables)
	if err != nil || !slices.Equal(tables, []string{"public.a", "public.c"}) {
		t.Errorf("tables %v, %v", tables, err)
	}
}

// A document that is there keeps what it is; only what is known of it changes.
func TestPutAgain(t *testing.T) {
	s, dsn := store(t)
	c := collection(t, s, "sql")
	first := loaded("a", "t1", "public.a")
	first.Metadata.Verdict, first.Metadata.SchemaVersion, first.Metadata.CreatedAt = "valid", "1", "then"
	if fresh, err := c.Put(t.Context(), []vector.Document{first}); err != nil || fresh != 1 {
		t.Fatalf("%d, %v", fresh, err)
	}
	before := one[string](t, dsn, "SELECT e::text || xmin FROM langchain_pg_embedding e")
	if fresh, err := c.Put(t.Context(), []vector.Document{first}); err != nil || fresh != 0 {
		t.Fatalf("%d, %v", fresh, err)
	}
	if after := one[string](t, dsn, "SELECT e::text || xmin FROM langchain_pg_embedding e"); after != before {
		t.Errorf("the same again changed\n%s to\n%s", before, after)
	}
	second := loaded("a", "t2", "public.a")
	second.Metadata.Verdict, second.Metadata.SchemaVersion, second.Metadata.File = "empty_result", "2", "g"
	if fresh, err := c.Put(t.Context(), []vector.Document{second}); err != nil || fresh != 0 {
		t.Fatalf("%d, %v", fresh, err)
	}
	list, _, err := s.List(t.Context(), vector.Filter{Collections: []string{"sql"}}, "", 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	m := list[0].Metadata
	if m.TaskID != "t1" || m.File != "f" || m.CreatedAt != "then" || m.Verdict != "empty_result" || m.SchemaVersion != "2" || !slices.Equal(m.TaskIDs, []string{"t1", "t2"}) {
		t.Errorf("%+v", m)
	}
	exec(t, dsn, `UPDATE langchain_pg_embedding SET cmetadata = '{"id": "a", "database": "h:1/shop", "task_ids": ["t0"]}'`) // as an older version left it
	put(t, c, second)
	list, _, _ = s.List(t.Context(), vector.Filter{Collections: []string{"sql"}}, "", 10)
	if m := list[0].Metadata; m.LoadID != second.Metadata.LoadID || !slices.Equal(m.TaskIDs, []string{"t0", "t2"}) || !slices.Equal(m.Tables, []string{"public.a"}) {
		t.Errorf("filled in: %+v", m)
	}
}

func request(scope events.TrainingScope) vector.Request {
	return vector.Request{ID: uuid.New(), Scope: scope, Collections: []string{"sql", "ddl", "documentation"}, Before: time.Now()}
}

func TestDeleteAndRestore(t *testing.T) {
	const t1, t2 = "task_20250701_143052", "task_20250702_143052"
	later := loaded("later", t1, "public.a")
	later.Metadata.LoadedAt = vector.Moment(time.Now().Add(time.Hour))
	own, both, other := loaded("own", t1, "public.a"), loaded("both", t1, "public.a"), loaded("other", t2, "public.b")
	both.Metadata.TaskIDs = []string{t1, t2}
	for _, tt := range []struct {
		name  string
		scope events.TrainingScope
		gone  []string
	}{
		{"a database", events.TrainingScope{Database: "H:1/Shop"}, []string{"both", "other", "own"}},
		{"a task", events.TrainingScope{TaskID: t1}, []string{"own"}},
		{"a load", events.TrainingScope{LoadID: t1 + "_load_20250701_143052"}, []string{"own"}},
		{"documents", events.TrainingScope{IDs: []string{"both", "no such"}}, []string{"both"}},
		{"another database", events.TrainingScope{Database: "h:1/sho"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, dsn := store(t)
			put(t, collection(t, s, "sql"), own, both, other, later)
			put(t, collection(t, s, "elsewhere_sql"), loaded("elsewhere", t1, "public.a"))
			before := all(t, dsn)
			r := request(tt.scope)
			for range 2 { // the second delivery finds it done
				if n, err := open(t, dsn).Delete(t.Context(), r); err != nil || int(n) != len(tt.gone) {
					t.Fatalf("%d gone, %v", n, err)
				}
			}
			left := slices.DeleteFunc(slices.Clone(before), func(id string) bool { return slices.Contains(tt.gone, id) })
			if got := all(t, dsn); !slices.Equal(got, left) {
				t.Errorf("left %q, want %q", got, left)
			}
			back := request(tt.scope)
			for range 2 {
				if n, err := open(t, dsn).Restore(t.Context(), back); err != nil || int(n) != len(tt.gone) {
					t.Fatalf("%d restored, %v", n, err)
				}
			}
			if got := all(t, dsn); !slices.Equal(got, before) {
				t.Errorf("restored %q, want %q", got, before)
			}
			if n := one[int](t, dsn, "SELECT count(*) FROM data_pipeline_deleted_embedding"); n != 0 {
				t.Errorf("%d still deleted", n)
			}
		})
	}
}

// Who deletes a task or a load leaves what another task loaded too, and no trace
// that leads nowhere.
func TestDeleteTakesTheMarkOfWhatIsShared(t *testing.T) {
	const t1, t2 = "task_20250701_143052", "task_20250702_143052"
	s, dsn := store(t)
	both := loaded("both", t1, "public.a")
	both.Metadata.TaskIDs = []string{t1, t2}
	put(t, collection(t, s, "sql"), both)
	if n, err := s.Delete(t.Context(), request(events.TrainingScope{TaskID: t1})); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if got := one[string](t, dsn, "SELECT (cmetadata -> 'task_ids')::text || (cmetadata ? 'task_id' OR cmetadata ? 'load_id' OR cmetadata ? 'file') FROM langchain_pg_embedding"); got != `["`+t2+`"]false` {
		t.Error(got)
	}
	put(t, collection(t, s, "sql"), loaded("both", t2, "public.a"))
	if got := one[string](t, dsn, "SELECT cmetadata ->> 'task_id' FROM langchain_pg_embedding"); got != t2 {
		t.Errorf("loaded again it is of %s", got)
	}
}

// What a load replaced does not come back beside what replaced it, unless it is
// asked for by name.
func TestRestoreOfWhatWasReplaced(t *testing.T) {
	const t1 = "task_20250701_143052"
	s, dsn := store(t)
	c := collection(t, s, "sql")
	put(t, c, loaded("old", t1, "public.a"))
	if _, err := s.Replace(t.Context(), []*vector.Collection{c}, vector.Replacement{Database: shop, TaskID: "t2", Tables: []string{"public.a"}}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		scope events.TrainingScope
		want  int64
	}{{events.TrainingScope{Database: shop}, 0}, {events.TrainingScope{TaskID: t1}, 0}, {events.TrainingScope{LoadID: events.LoadID(t1, time.Date(2025, 7, 1, 14, 30, 52, 0, time.UTC))}, 1}} {
		if n, err := s.Restore(t.Context(), request(tt.scope)); n != tt.want || err != nil {
			t.Errorf("%+v: %d, %v", tt.scope, n, err)
		}
	}
	if got := all(t, dsn); !slices.Equal(got, []string{"old"}) {
		t.Error(got)
	}
}

func TestPurge(t *testing.T) {
	s, dsn := store(t)
	put(t, collection(t, s, "sql"), loaded("old", "t1", "public.a"), loaded("young", "t1", "public.a"))
	if _, err := s.Delete(t.Context(), request(events.TrainingScope{Database: shop})); err != nil {
		t.Fatal(err)
	}
	exec(t, dsn, "UPDATE data_pipeline_deleted_embedding SET deleted_at = now() - interval '31 days' WHERE id = 'old'", "UPDATE data_pipeline_training_request SET done_at = now() - interval '36 days'")
	if n, err := s.Purge(t.Context(), events.TrainingRetention); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if got := one[[]string](t, dsn, "SELECT array_agg(id) || (SELECT array_agg(id::text) FROM data_pipeline_training_request) FROM data_pipeline_deleted_embedding"); !slices.Equal(got, []string{"young"}) {
		t.Error(got)
	}
}

// Whoever only reads or deletes makes nothing in a database that is no store.
func TestNothingIsThere(t *testing.T) {
	dsn := testkit.Postgres(t)
	s := open(t, dsn)
	if list, more, err := s.List(t.Context(), vector.Filter{}, "", 5); len(list) != 0 || more || err != nil {
		t.Error(list, more, err)
	}
	if n, err := s.Delete(t.Context(), request(events.TrainingScope{Database: shop})); n != 0 || err != nil {
		t.Error(n, err)
	}
	if c, err := s.Find(t.Context(), "sql", lexical); c != nil || err != nil {
		t.Error(c, err)
	}
	if n, err := s.Purge(t.Context(), time.Hour); n != 0 || err != nil {
		t.Error(n, err)
	}
	if n := one[int](t, dsn, "SELECT count(*) FROM pg_class WHERE relname LIKE 'data_pipeline%'"); n != 0 {
		t.Errorf("%d tables", n)
	}
}

func TestList(t *testing.T) {
	s, _ := store(t)
	a, b := loaded("a", "t1", "public.a"), loaded("b", "t2", "public.b")
	b.Text, b.Metadata.Database = "50% Off_x", "h:2/shop"
	put(t, collection(t, s, "sql"), a, b)
	put(t, collection(t, s, "ddl"), loaded("c", "t1", "public.a"))
	every := []string{"sql", "ddl"}
	for _, tt := range []struct {
		name string
		f    vector.Filter
		want []string
	}{
		{"all", vector.Filter{Collections: every}, []string{"a", "b", "c"}},
		{"a collection", vector.Filter{Collections: []string{"ddl"}}, []string{"c"}},
		{"no collection", vector.Filter{}, nil},
		{"an identity", vector.Filter{Collections: every, Database: "H:1/shop"}, []string{"a", "c"}},
		{"a name", vector.Filter{Collections: every, Database: "shop"}, []string{"a", "b", "c"}},
		{"a task", vector.Filter{Collections: every, TaskID: "t2"}, []string{"b"}},
		{"a load", vector.Filter{Collections: every, LoadID: "t1_load_20250701_143052"}, []string{"a", "c"}},
		{"text", vector.Filter{Collections: every, Search: "0% off_"}, []string{"b"}},
		{"text with no wildcard", vector.Filter{Collections: every, Search: "t%x"}, nil},
		{"deleted", vector.Filter{Collections: every, Deleted: true}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			after, more := "", true
			for more { // in pages of one
				var page []vector.Record
				var err error
				if page, more, err = s.List(t.Context(), tt.f, after, 1); err != nil {
					t.Fatal(err)
				}
				for _, r := range page {
					got, after = append(got, r.ID), r.ID
				}
			}
			n, err := s.Count(t.Context(), tt.f, 2)
			if !slices.Equal(got, tt.want) || err != nil || n != min(2, len(tt.want)) {
				t.Errorf("got %v, counted %d, %v; want %v", got, n, err, tt.want)
			}
		})
	}
}

var eight = vector.Embedder{Name: "eight-v1", Dimension: 8}

// fill puts n documents with vectors of eight, the same at every call.
func fill(t *testing.T, c *vector.Collection, n int) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for batch := range slices.Chunk(make([]int, n), 1000) {
		docs := make([]vector.Document, len(batch))
		for i := range docs {
			v := make([]float32, 8)
			for j := range v {
				v[j] = float32(random.NormFloat64())
			}
			id := fmt.Sprintf("%s-%08x", c.Name, random.Uint32())
			docs[i] = vector.Document{ID: id, Text: id, Vector: v, Metadata: vector.Metadata{ID: id, Database: shop, TaskIDs: []string{"t1"}}}
		}
		if _, err := c.Put(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
	}
}

func ofEight(t *testing.T, s *vector.Store, name string) *vector.Collection {
	t.Helper()
	c, err := s.Collection(t.Context(), name, eight)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// langchainQuery is what langchain_postgres' PGVector sends, and Vanna with it.
const langchainQuery = `SELECT langchain_pg_embedding.id, langchain_pg_embedding.collection_id, langchain_pg_embedding.embedding, langchain_pg_embedding.document, langchain_pg_embedding.cmetadata,
  langchain_pg_embedding.embedding <=> $1 AS distance
FROM langchain_pg_embedding JOIN langchain_pg_collection ON langchain_pg_embedding.collection_id = langchain_pg_collection.uuid
WHERE langchain_pg_embedding.collection_id = $2::UUID ORDER BY distance ASC LIMIT $3`

func plan(t *testing.T, dsn, collection string, v []float32) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var id string
	if err := conn.QueryRow(t.Context(), "SELECT uuid::text FROM langchain_pg_collection WHERE name = $1", collection).Scan(&id); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), "EXPLAIN "+strings.Replace(langchainQuery, "<=> $1", "<=> $1::text::vector", 1), literal(v), id, 10)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// The query that langchain and Vanna send is answered by the index of its
// collection, and by documents of that collection alone.
func TestIndexIsUsedByLangchainsQuery(t *testing.T) {
	s, dsn := store(t)
	c, err := s.Collection(t.Context(), "sql", wide)
	if err != nil {
		t.Fatal(err)
	}
	vectors := clusters(2100)
	if _, err := c.Put(t.Context(), documents("sql", vectors)); err != nil {
		t.Fatal(err)
	}
	small, err := s.Collection(t.Context(), "ddl", wide)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := small.Put(t.Context(), documents("ddl", vectors[:50])); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		c    *vector.Collection
		want vector.Indexed
	}{{c, vector.IndexReady}, {small, vector.IndexFew}, {c, vector.IndexReady}} {
		if got, err := tt.c.Index(t.Context(), wide, 2000); got != tt.want || err != nil {
			t.Errorf("%s: %s, %v", tt.c.Name, got, err)
		}
	}
	if got := plan(t, dsn, "sql", vectors[7]); !strings.Contains(got, "Index Scan using data_pipeline_hnsw_") {
		t.Errorf("the plan is\n%s", got)
	}
	for _, c := range []*vector.Collection{c, small} {
		matches, err := c.Search(t.Context(), vectors[7], 10)
		if err != nil || len(matches) != 10 || matches[0].ID != c.Name+"-000007-sql" || !strings.HasPrefix(matches[9].ID, c.Name) {
			t.Errorf("%d matches, %v", len(matches), err)
		}
	}
	s = open8(t, dsn)
	if c, err = s.Collection(t.Context(), "sql", wide); err != nil {
		t.Fatal(err)
	}
	if fresh, err := c.Put(t.Context(), documents("later", vectors[:10])); err != nil || fresh != 10 {
		t.Errorf("a later load: %d, %v", fresh, err)
	}
	if got, err := c.SearchIn(t.Context(), "h:9/none", vectors[7], 10); err != nil || len(got) != 0 {
		t.Errorf("of another database: %d, %v", len(got), err)
	}
	if got, err := c.SearchIn(t.Context(), "shop", vectors[7], 50); err != nil || len(got) != 50 {
		t.Errorf("of the database: %d, %v", len(got), err)
	}
}

func open8(t *testing.T, dsn string) *vector.Store {
	s := open(t, dsn)
	if err := s.Prepare(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return s
}

// The column of embeddings is declared for one length only while all that is in
// the table is of that length, and ours.
func TestIndexIsMadeOnlyWhereTheTableIsOurs(t *testing.T) {
	for name, theirs := range map[string]string{
		"another program's collection":   `INSERT INTO langchain_pg_collection VALUES (gen_random_uuid(), 'theirs', NULL)`,
		"a collection of another length": `INSERT INTO langchain_pg_collection VALUES (gen_random_uuid(), 'ours', '{"embedder": "x", "dimension": 9}')`,
		"a document of no collection":    `INSERT INTO langchain_pg_embedding (id, embedding) VALUES ('x', '[1,2]')`,
	} {
		t.Run(name, func(t *testing.T) {
			s, dsn := store(t)
			c := ofEight(t, s, "sql")
			fill(t, c, 30)
			exec(t, dsn, theirs)
			if got, err := c.Index(t.Context(), eight, 20); got != vector.IndexMixed || err != nil {
				t.Errorf("%s, %v", got, err)
			}
			if form := one[string](t, dsn, columnForm); form != "vector" {
				t.Error(form)
			}
		})
	}
}

const columnForm = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'langchain_pg_embedding'::regclass AND attname = 'embedding'"

// A declaration of ours gives way to a collection of another length.
func TestAnotherLengthTakesTheDeclarationBack(t *testing.T) {
	s, dsn := store(t)
	c := ofEight(t, s, "sql")
	fill(t, c, 30)
	if got, err := c.Index(t.Context(), eight, 20); got != vector.IndexReady || err != nil {
		t.Fatalf("%s, %v", got, err)
	}
	if form := one[string](t, dsn, columnForm); form != "vector(8)" {
		t.Error(form)
	}
	put(t, collection(t, s, "three_sql"), document("a", "t1", 1, 0, 0))
	if form := one[string](t, dsn, columnForm); form != "vector" {
		t.Error(form)
	}
	if got, err := c.Index(t.Context(), eight, 20); got != vector.IndexMixed || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if matches, err := c.Search(t.Context(), []float32{1, 0, 0, 0, 0, 0, 0, 0}, 3); err != nil || len(matches) != 3 {
		t.Errorf("%v, %v", matches, err)
	}
}

func TestIndexIsNotMade(t *testing.T) {
	s, dsn := store(t)
	c := ofEight(t, s, "sql")
	fill(t, c, 30)
	if got, err := c.Index(t.Context(), vector.Embedder{Name: "long", Dimension: 2001}, 20); got != vector.IndexDimension || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	_, plain := withoutExtension(t)
	arrays := open(t, plain)
	if err := arrays.Prepare(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if got, err := ofEight(t, arrays, "sql").Index(t.Context(), eight, 0); got != vector.IndexArrays || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "BEGIN; SELECT FROM langchain_pg_embedding"); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Index(t.Context(), eight, 20); got != vector.IndexBusy || err != nil {
		t.Errorf("while the table is read: %s, %v", got, err)
	}
}
