package training_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
	"github.com/citu/datapipeline/services/executor/internal/training"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// loaded is a store with the training data of two databases, of a shop and a
// hotel where they are not named.
func loaded(t *testing.T, databases ...string) *training.Data {
	t.Helper()
	if len(databases) == 0 {
		databases = []string{"db.example:5432/shop", "db.example:5432/hotel"}
	}
	cfg := train.Config{URL: testkit.Postgres(t), Prefix: "p_"}
	for i, name := range databases {
		run := stepstest.New(t, "", fstest.MapFS{
			"filename_mapping.txt": {Data: []byte("public.guest -> guest.ddl, guest_detail.md\npublic.booking -> booking.ddl, booking_detail.md\n")},
			"guest.ddl":            {Data: []byte("CREATE TABLE public.guest (name text);")},
			"guest_detail.md":      {Data: []byte("## guest（客户）\n- name (text) - 客户姓名")},
			"booking.ddl":          {Data: []byte("CREATE TABLE public.booking (status text);")},
			"booking_detail.md":    {Data: []byte("## booking（预订）\n- status (text) - 预订状态" + strings.Repeat("，说明", 1000*i))},
			"qs_shop_20250701_143052_pair.json": {Data: []byte(`[{"question": "各状态的预订有多少？", "sql": "SELECT status, count(*) FROM booking GROUP BY status;"},
				{"question": "有多少客户？", "sql": "SELECT count(*) FROM guest;"}]`)},
		})
		run.Identity, run.TaskID = name, fmt.Sprintf("task_20250701_14305%d", i)
		if _, err := train.New(cfg).Run(t.Context(), run.Run); err != nil {
			t.Fatal(err)
		}
	}
	return training.New(training.Config{URL: cfg.URL, Prefix: cfg.Prefix})
}

func list(t *testing.T, d *training.Data, q events.TrainingListing) events.TrainingPage {
	t.Helper()
	q.Language = events.English
	page, err := d.List(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestList(t *testing.T) {
	d := loaded(t)
	var seen []string
	cursor := ""
	for range 4 {
		page := list(t, d, events.TrainingListing{Limit: 3, Cursor: cursor})
		if page.Total != 12 || len(page.Records) != 3 {
			t.Fatalf("%d of %d", len(page.Records), page.Total)
		}
		for _, r := range page.Records {
			seen = append(seen, r.ID)
		}
		cursor = page.NextCursor
	}
	if slices.Sort(seen); cursor != "" || len(slices.Compact(seen)) != 12 {
		t.Errorf("cursor %q after %d documents", cursor, len(seen))
	}
	page := list(t, d, events.TrainingListing{Database: "shop", Kind: events.TrainingSQL, Search: "GROUP BY"})
	if page.Total != 1 {
		t.Fatalf("%+v", page)
	}
	if !slices.Equal(page.Databases, []string{"db.example:5432/shop"}) {
		t.Errorf("shop is %q", page.Databases)
	}
	r := page.Records[0]
	if r.LoadedAt == nil || time.Since(*r.LoadedAt) > time.Hour {
		t.Errorf("loaded at %v", r.LoadedAt)
	}
	if r.Question != "各状态的预订有多少？" || r.SQL != "SELECT status, count(*) FROM booking GROUP BY status;" || r.Kind != "sql" || r.Collection != "p_sql" ||
		r.Database != "db.example:5432/shop" || r.TaskID != "task_20250701_143050" || r.LoadID != "task_20250701_143050_load_20250701_143052" ||
		r.File != "qs_shop_20250701_143052_pair.json" || !slices.Equal(r.Tables, []string{"public.booking"}) || !events.ValidPairID(r.PairID) || r.Truncated {
		t.Errorf("%+v", r)
	}
	if page := list(t, d, events.TrainingListing{Database: "hotel", Search: "说明"}); len(page.Records) != 1 || !page.Records[0].Truncated || len(page.Records[0].Text) > events.MaxTrainingText {
		t.Errorf("%+v", page)
	}
}

// A name alone may stand for several databases, of which a list says which.
func TestAListSaysWhichDatabasesANameStandsFor(t *testing.T) {
	d := loaded(t, "b.example:5432/shop", "a.example:5432/shop")
	for name, want := range map[string][]string{
		"Shop": {"a.example:5432/shop", "b.example:5432/shop"}, "hotel": nil, "a.example:5432/shop": nil, "": nil,
	} {
		if page := list(t, d, events.TrainingListing{Database: name, Limit: 1}); !slices.Equal(page.Databases, want) {
			t.Errorf("%q stands for %q", name, page.Databases)
		}
	}
}

func TestRetrieve(t *testing.T) {
	d := loaded(t)
	got, err := d.Retrieve(t.Context(), events.TrainingQuery{Language: events.English, Question: "预订按状态分布", Database: "db.example:5432/shop", TopK: 1})
	if err != nil || got.Embedder != "lexical-v1" || len(got.Matches) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, kind := range []string{"sql", "ddl", "documentation"} {
		if m := got.Matches[i]; m.Kind != kind || m.Rank != 1 || m.Database != "db.example:5432/shop" || m.Score <= -1 || m.Score > 1 {
			t.Errorf("%+v", m)
		}
	}
	if got.Matches[0].SQL != "SELECT status, count(*) FROM booking GROUP BY status;" || got.Tables[0].Table != "public.booking" {
		t.Errorf("%+v", got)
	}
	if all, err := d.Retrieve(t.Context(), events.TrainingQuery{Question: "预订按状态分布"}); err != nil || len(all.Matches) != 12 {
		t.Errorf("%d matches, %v", len(all.Matches), err)
	}
}

func TestDeleteAndRestore(t *testing.T) {
	d := loaded(t)
	scope, id := events.TrainingScope{Database: "db.example:5432/shop"}, uuid.New()
	for range 2 {
		if n, err := d.Delete(t.Context(), events.English, id, scope, time.Now()); n != 6 || err != nil {
			t.Fatal(n, err)
		}
	}
	if page := list(t, d, events.TrainingListing{Deleted: true}); page.Total != 6 || page.Records[0].DeletedAt == nil || page.Records[0].Reason != "requested" {
		t.Errorf("%+v", page)
	}
	if n, err := d.Restore(t.Context(), events.English, uuid.New(), scope); n != 6 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := d.DeleteTask(t.Context(), events.English, "task_20250701_143051"); n != 6 || err != nil {
		t.Fatal(n, err)
	}
	if page := list(t, d, events.TrainingListing{}); page.Total != 6 {
		t.Errorf("%d left", page.Total)
	}
	if n, err := d.Purge(t.Context()); n != 0 || err != nil {
		t.Error(n, err)
	}
}

func TestAnEmptyStoreHoldsNothing(t *testing.T) {
	d := training.New(training.Config{URL: testkit.Postgres(t)})
	if page := list(t, d, events.TrainingListing{}); page.Total != 0 || page.Records == nil || page.NextCursor != "" {
		t.Errorf("%+v", page)
	}
	if got, err := d.Retrieve(t.Context(), events.TrainingQuery{Question: "x"}); err != nil || len(got.Matches) != 0 || got.Tables == nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefusals(t *testing.T) {
	d := training.New(training.Config{URL: testkit.Postgres(t)})
	long := strings.Repeat("x", events.MaxQuestion+1)
	for name, ask := range map[string]func(*training.Data) error{
		"question_invalid: limit":     lists(t, events.TrainingListing{Limit: 201}),
		"question_invalid: kind":      lists(t, events.TrainingListing{Kind: "nonsense"}),
		"question_invalid: database":  lists(t, events.TrainingListing{Database: long}),
		"question_invalid: search":    lists(t, events.TrainingListing{Search: "a\x00b"}),
		"cursor_invalid: cursor":      lists(t, events.TrainingListing{Cursor: "%"}),
		"cursor_invalid: foreign":     lists(t, events.TrainingListing{Cursor: base64.RawURLEncoding.EncodeToString([]byte("x"))}),
		"question_invalid: no words":  finds(t, events.TrainingQuery{Question: " "}),
		"question_invalid: words":     finds(t, events.TrainingQuery{Question: long}),
		"question_invalid: top_k":     finds(t, events.TrainingQuery{Question: "x", TopK: 51}),
		"question_invalid: database ": finds(t, events.TrainingQuery{Question: "x", Database: "\xff"}),
	} {
		t.Run(name, func(t *testing.T) {
			want, _, _ := strings.Cut(name, ":")
			if e, ok := errors.AsType[*steps.Error](ask(d)); !ok || e.Type != want || e.Class != events.ClassUser {
				t.Errorf("%v", e)
			}
		})
	}
	for want, url := range map[string]string{"vector_store_unconfigured": "", "vector_store_unreachable": "postgres://u:s3cret@127.0.0.1:1/db"} {
		err := lists(t, events.TrainingListing{})(training.New(training.Config{URL: url}))
		if e, ok := errors.AsType[*steps.Error](err); !ok || e.Type != want || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v", err)
		}
	}
}

func lists(t *testing.T, q events.TrainingListing) func(*training.Data) error {
	return func(d *training.Data) error { _, err := d.List(t.Context(), q); return err }
}

func finds(t *testing.T, q events.TrainingQuery) func(*training.Data) error {
	return func(d *training.Data) error { _, err := d.Retrieve(t.Context(), q); return err }
}
