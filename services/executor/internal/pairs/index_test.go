package pairs_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

func TestNormalForms(t *testing.T) {
	for _, tt := range []struct{ a, b string }{
		{"How many orders are there?", "how many  orders are there"},
		{"ＡＢＣ有多少订单？", "abc有多少订单"},
		{"价格大于 1.5 的商品？", "价格大于1.5的商品"},
	} {
		if pairs.NormalQuestion(tt.a) != pairs.NormalQuestion(tt.b) {
			t.Errorf("%s and %s are the same", tt.a, tt.b)
		}
	}
	for _, tt := range []struct{ a, b string }{
		{"SELECT a FROM t WHERE x<>1;", "select  A\nfrom \"t\" /* all */ WHERE x != 1 -- yes"},
		{"SELECT E'a' ;; ", "SELECT e'a'"},
	} {
		if pairs.NormalSQL(tt.a) != pairs.NormalSQL(tt.b) {
			t.Errorf("%q and %q are the same", pairs.NormalSQL(tt.a), pairs.NormalSQL(tt.b))
		}
	}
	for _, tt := range []struct{ a, b string }{
		{`SELECT "user" FROM t`, `SELECT user FROM t`},
		{`SELECT "A" FROM t`, `SELECT a FROM t`},
		{"SELECT 'A'", "SELECT 'a'"},
		{"SELECT 'a  b'", "SELECT 'a b'"},
	} {
		if pairs.NormalSQL(tt.a) == pairs.NormalSQL(tt.b) {
			t.Errorf("%s and %s differ", tt.a, tt.b)
		}
	}
	for _, tt := range []struct{ a, b string }{{"Cheaper than 1.5?", "Cheaper than 15?"}, {"a < 5", "a > 5"}} {
		if pairs.NormalQuestion(tt.a) == pairs.NormalQuestion(tt.b) {
			t.Errorf("%s and %s differ", tt.a, tt.b)
		}
	}
	if id := pairs.ID("How many?", "SELECT 1;"); id != pairs.ID("how many", "select 1") || len(id) != 18 || !strings.HasPrefix(id, "p_") {
		t.Errorf("id %s", id)
	}
}

func sample() []events.Pair {
	at := time.Date(2025, 7, 1, 14, 0, 0, 0, time.UTC)
	return []events.Pair{
		{ID: "p_1", Question: "一共有多少 <订单>？", SQL: "SELECT COUNT(*) FROM orders;", Theme: "订单", Tables: []string{"public.orders"}, Shapes: []string{}, Difficulty: "easy", Source: "rules"},
		{ID: "p_2", Question: "q", SQL: "SELECT 1;", Tables: []string{}, Shapes: []string{"filter"}, Difficulty: "easy", Source: "person",
			Decision: "approved", DecidedBy: "li", DecidedAt: &at, Check: &events.PairCheck{Verdict: "valid", Cost: 1.5}},
	}
}

func TestAnIndexIsReadAsItWasWritten(t *testing.T) {
	data, err := pairs.EncodeIndex(sample())
	if err != nil {
		t.Fatal(err)
	}
	read, err := pairs.ReadIndex(fstest.MapFS{pairs.IndexFile: {Data: data}}, pairs.IndexFile)
	if err != nil || !reflect.DeepEqual(read, sample()) {
		t.Errorf("%v, %+v", err, read)
	}
	if !strings.Contains(string(data), "<订单>") || strings.Contains(string(data), "null") {
		t.Errorf("not for people to read:\n%s", data)
	}
}

func TestABrokenIndexIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"no array":      `{}`,
		"no id":         `[{"question": "q", "sql": "s"}]`,
		"no sql":        `[{"pair_id": "p", "question": "q"}]`,
		"same id twice": `[{"pair_id": "p", "question": "q", "sql": "s"}, {"pair_id": "p", "question": "r", "sql": "t"}]`,
		"long question": `[{"pair_id": "p", "question": "` + strings.Repeat("q", pairs.MaxQuestion+1) + `", "sql": "s"}]`,
		"not UTF-8":     "[\"\xff\"]",
	} {
		if _, err := pairs.DecodeIndex([]byte(data)); !errors.Is(err, pairs.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := pairs.EncodeIndex([]events.Pair{{Question: "\xff"}}); !errors.Is(err, pairs.ErrMalformed) {
		t.Errorf("encode: %v", err)
	}
}

func FuzzDecodeIndex(f *testing.F) {
	data, _ := pairs.EncodeIndex(sample())
	f.Add(data)
	f.Add([]byte("[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := pairs.DecodeIndex(data)
		if err != nil {
			return
		}
		again, err := pairs.EncodeIndex(list)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) > pairs.MaxFileSize {
			return
		}
		if read, err := pairs.DecodeIndex(again); err != nil || len(read) != len(list) {
			t.Fatalf("%v: %s", err, again)
		}
	})
}

func TestWhatIsKnownOfPairs(t *testing.T) {
	index, _ := pairs.EncodeIndex(sample())
	verdicts, _ := pairs.EncodeIndex(sample()[:1])
	file, _ := pairs.Encode([]pairs.Pair{{Question: "a", SQL: "SELECT 1 FROM t"}, {Question: "A?", SQL: "select 1 from T;"}})
	files := fstest.MapFS{"qs_shop_20250701_143052_pair.json": {Data: file}, pairs.IndexFile: {Data: index}, pairs.VerdictsFile: {Data: verdicts}}
	for _, want := range []int{1, 2} {
		if list, err := pairs.ReadKnown(files); err != nil || len(list) != want {
			t.Errorf("%v, %d of %d", err, len(list), want)
		}
		if want == 1 {
			delete(files, pairs.VerdictsFile)
		}
	}
	delete(files, pairs.IndexFile)
	list, err := pairs.ReadKnown(files)
	if err != nil || len(list) != 1 || list[0].ID != pairs.ID("a", "SELECT 1 FROM t") || !slices.Equal(list[0].Tables, []string{"public.t"}) {
		t.Errorf("%v, %+v", err, list)
	}
	if _, err := pairs.ReadKnown(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}

func TestPeopleHaveTheLastWord(t *testing.T) {
	made := []events.Pair{
		{ID: "p_1", Question: "one?", SQL: "SELECT 1", Theme: "t", Source: "rules", Difficulty: "easy"},
		{ID: "p_2", Question: "two?", SQL: "SELECT 2", Theme: "t", Source: "rules", Difficulty: "easy", Tables: []string{"public.a"}},
		{ID: "p_3", Question: "three?", SQL: "SELECT 3", Source: "rules", Difficulty: "easy"},
		{ID: "p_4", Question: "four?", SQL: "SELECT 4", Source: "rules", Difficulty: "easy"},
	}
	people := []events.Pair{
		{ID: "p_1", Decision: events.DecisionRejected, DecidedBy: "li", Question: "one?", SQL: "SELECT 1", Source: "rules"},
		{ID: "p_2", Question: "Two!", SQL: "SELECT 2 FROM b", Source: "person", Check: &events.PairCheck{Verdict: "valid"}},
		{ID: "p_8", Question: "THREE", SQL: "SELECT 33", Source: "person"},
		{ID: "p_9", Question: "nine", SQL: "SELECT 9", Source: "rules", Decision: events.DecisionApproved},
		{ID: "p_a", Question: "ten", SQL: "SELECT 10", Source: "model", Decision: events.DecisionRejected},
	}
	got := pairs.ApplyPeople(made, people)
	var lines []string
	for _, p := range got {
		lines = append(lines, strings.Join([]string{p.ID, p.Question, p.SQL, p.Source, p.Decision, strings.Join(p.Tables, ",")}, "|"))
	}
	want := []string{"p_1|one?|SELECT 1|rules|rejected|", "p_2|Two!|SELECT 2 FROM b|person||public.b", "p_4|four?|SELECT 4|rules||",
		"p_8|THREE|SELECT 33|person||", "p_9|nine|SELECT 9|rules|approved|"}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if got[1].Theme != "t" || got[1].Check == nil {
		t.Errorf("an edited pair keeps its theme and gets the check: %+v", got[1])
	}
}

func TestApplyingPeopleTwiceChangesNothing(t *testing.T) {
	pair := rapid.Custom(func(t *rapid.T) events.Pair {
		return events.Pair{
			ID:       rapid.SampledFrom([]string{"p_1", "p_2", "p_3", "p_4", "p_5"}).Draw(t, "id"),
			Question: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "question"),
			SQL:      rapid.SampledFrom([]string{"SELECT 1", "SELECT 2", "SELECT 3 FROM t"}).Draw(t, "sql"),
			Source:   rapid.SampledFrom([]string{"rules", "model", "person"}).Draw(t, "source"),
			Decision: rapid.SampledFrom([]string{"", "approved", "rejected"}).Draw(t, "decision"),
		}
	})
	byID := func(p events.Pair) string { return p.ID }
	rapid.Check(t, func(t *rapid.T) {
		list, people := rapid.SliceOfDistinct(pair, byID).Draw(t, "list"), rapid.SliceOfDistinct(pair, byID).Draw(t, "people")
		once := pairs.ApplyPeople(list, people)
		twice := pairs.ApplyPeople(once, people)
		a, _ := json.Marshal(once)
		if b, _ := json.Marshal(twice); string(a) != string(b) {
			t.Fatalf("%s\nbecomes\n%s", a, b)
		}
		for _, p := range people {
			i := slices.IndexFunc(once, func(o events.Pair) bool { return o.ID == p.ID })
			if i >= 0 && once[i].Decision != p.Decision || i < 0 && p.Decision == events.DecisionApproved {
				t.Fatalf("%+v has not the last word: %+v", p, once)
			}
		}
	})
}
