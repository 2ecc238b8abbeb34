package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

// byRules makes a task that neither a model nor an earlier task has a part in.
func byRules(parameters map[string]any) {
	parameters["disable_model"], parameters["full_refresh"] = true, true
}

// completed creates a task and waits for its end.
func (d *deployment) completed(change func(map[string]any)) string {
	d.t.Helper()
	id := d.api.create(d.business, change)
	d.ended(id)
	return id
}

func (d *deployment) ended(id string) {
	d.t.Helper()
	if got := d.api.wait(id, time.Minute); got.Status != "completed" {
		d.t.Fatalf("%s is %s: %s", id, got.Status, got.ErrorMessage)
	}
	d.eventually(10*time.Second, "all files are registered", func() bool {
		var files struct {
			Complete bool `json:"scan_complete"`
		}
		d.api.must(http.MethodGet, "/tasks/"+id+"/files", nil, &files)
		return files.Complete
	})
}

// documents are the rows of the vector store that a query keeps, as text.
func (d *deployment) documents(where string, args ...any) []string {
	d.t.Helper()
	rows, err := d.vectors.Query(d.t.Context(), "SELECT c.name || ' ' || e.id || ' ' || e.document FROM langchain_pg_embedding e JOIN langchain_pg_collection c ON c.uuid = e.collection_id WHERE "+where+" ORDER BY 1", args...)
	if err != nil {
		d.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

// times are what differs between two runs of the same task, and what stands for
// it.
var times = []struct {
	pattern *regexp.Regexp
	stands  string
}{
	{regexp.MustCompile(`task_\d{8}_\d{6}(_[0-9a-f]{4})?`), "TASK"},
	{regexp.MustCompile(`\d{8}_\d{6}`), "STAMP"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?`), "TIME"},
	{regexp.MustCompile(`"([a-z_]*_seconds|request_seq)": ?[0-9.e+-]+`), `"$1": 0`},
	{regexp.MustCompile(`\b[0-9.]+ ?s\b|\(s\): [0-9.]+`), "0 s"},
}

func timeless(text string) string {
	for _, t := range times {
		text = t.pattern.ReplaceAllString(text, t.stands)
	}
	return text
}

// folder is the content of a task's files by name, times aside. The log is left
// out: it says when things happened.
func (d *deployment) folder(id string) map[string]string {
	d.t.Helper()
	entries, err := os.ReadDir(filepath.Join(d.bucket, id))
	if err != nil {
		d.t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(d.bucket, id, e.Name()))
		if err != nil {
			d.t.Fatal(err)
		}
		if e.Name() != "data_pipeline.log" {
			all[timeless(e.Name())] = timeless(string(content))
		}
	}
	return all
}

// tellsOfEarlier are the files that say what was there before the task.
var tellsOfEarlier = regexp.MustCompile(`_result\.json$|^schema_changes\.json$|^task_config\.json$`)

// TestTheSameTaskTwiceLeavesTheSame compares all files and all rows of the
// vector store, whether or not an earlier task is built upon.
func TestTheSameTaskTwiceLeavesTheSame(t *testing.T) {
	d := deploy(t, 1)
	first := d.folder(d.completed(byRules))
	rows := d.documents("true")
	if len(first) < 20 || len(rows) == 0 {
		t.Fatalf("%d files and %d rows", len(first), len(rows))
	}
	again := d.completed(byRules)
	second := d.folder(again)
	d.equal("a first and a second time", first, second, tellsOfEarlier)
	d.equal("a second and a third time", second, d.folder(d.completed(byRules)), regexp.MustCompile(`^$`))
	built := d.folder(d.completed(nil))
	d.equal("built upon earlier ones", built, d.folder(d.completed(nil)), regexp.MustCompile(`^$`))
	for name, content := range second {
		if strings.HasSuffix(name, "_pair.json") && built[name] != content {
			t.Errorf("building upon an earlier task makes other pairs in %s", name)
		}
	}
	if now := d.documents("true"); !slices.Equal(rows, now) {
		t.Errorf("%d rows became %d", len(rows), len(now))
	}
	d.recorded(time.Minute)
	d.whole(again)
}

// equal compares the files of two tasks, apart from some names.
func (d *deployment) equal(what string, one, other map[string]string, apart *regexp.Regexp) {
	d.t.Helper()
	if a, b := slices.Sorted(maps.Keys(one)), slices.Sorted(maps.Keys(other)); !slices.Equal(a, b) {
		d.t.Errorf("%s: files %q and %q", what, a, b)
	}
	for name, content := range one {
		if line, differs := difference(content, other[name]); line != differs && !apart.MatchString(name) {
			d.t.Errorf("%s: %s differs:\n%s\n%s", what, name, line, differs)
		}
	}
}

// difference is the first line of each text that the other has not in its
// place.
func difference(one, other string) (string, string) {
	a, b := strings.Split(one, "\n"), strings.Split(other, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			return strings.Join(a[min(i, len(a)):min(i+1, len(a))], ""), strings.Join(b[min(i, len(b)):min(i+1, len(b))], "")
		}
	}
	return "", ""
}

// person is what a test looks at of a pair.
type person struct {
	ID       string `json:"pair_id"`
	Question string `json:"question"`
	SQL      string `json:"sql"`
	Source   string `json:"source"`
	Decision string `json:"decision"`
	By       string `json:"decided_by"`
	Check    *events.PairCheck
	Version  uint64 `json:"version"`
}

func (d *deployment) pairs(id, query string) []person {
	d.t.Helper()
	var list struct{ Pairs []person }
	d.api.must(http.MethodGet, "/tasks/"+id+"/pairs?limit=1000"+query, nil, &list)
	return list.Pairs
}

// TestPeopleHaveTheLastWord: what people say about pairs survives further runs,
// and decides what is loaded; and what is loaded can be looked at, deleted and
// brought back.
func TestPeopleHaveTheLastWord(t *testing.T) {
	d := deploy(t, 1)
	id := d.completed(byRules)
	made := d.pairs(id, "&verdict=valid")
	if len(made) < 10 {
		t.Fatalf("%d valid pairs", len(made))
	}
	approved, rejected, edited := made[0], made[1], made[2]
	base := "/tasks/" + id + "/pairs"
	var added struct{ Pair person }
	d.api.must(http.MethodPost, base, map[string]any{"question": "Which cities are our keenest shoppers from?", "actor": "ann",
		"sql": "SELECT c.city, COUNT(*) AS purchases FROM customer c JOIN purchase p ON p.customer_id = c.id GROUP BY c.city ORDER BY purchases DESC"}, &added)
	if added.Pair.Check == nil || added.Pair.Check.Verdict != events.VerdictValid {
		t.Fatalf("added: %+v", added.Pair)
	}
	if a, err := d.api.call(http.MethodPost, base, map[string]any{"question": "Who?", "sql": "SELECT nobody FROM customer"}); err != nil || a.ErrorType != "pair_invalid" {
		t.Errorf("wrong SQL: %+v, %v", a, err)
	}
	d.api.must(http.MethodPatch, base, map[string]any{"pair_ids": []string{approved.ID, added.Pair.ID}, "decision": "approved", "version": added.Pair.Version, "actor": "ann"}, nil)
	d.api.must(http.MethodPatch, base+"/"+rejected.ID, map[string]any{"decision": "rejected", "note": "nobody asks that", "actor": "bob"}, nil)
	d.api.must(http.MethodPatch, base+"/"+edited.ID, map[string]any{"question": "Said by a person: " + edited.Question}, nil)

	d.api.must(http.MethodPost, "/tasks/"+id+"/execute", map[string]any{"force_execution": true}, nil)
	d.ended(id)
	now := map[string]person{}
	for _, p := range d.pairs(id, "") {
		now[p.ID] = p
	}
	if p := now[approved.ID]; p.Decision != "approved" || p.By != "ann" || p.SQL != approved.SQL {
		t.Errorf("approved: %+v", p)
	}
	if p := now[rejected.ID]; p.Decision != "rejected" || p.By != "bob" {
		t.Errorf("rejected: %+v", p)
	}
	if p := now[edited.ID]; p.Source != "person" || !strings.HasPrefix(p.Question, "Said by a person") || p.Check == nil || p.Check.Verdict != events.VerdictValid {
		t.Errorf("edited: %+v", p)
	}
	if p := now[added.Pair.ID]; p.Source != "person" || p.Decision != "approved" || p.Check == nil || p.Check.Verdict != events.VerdictValid {
		t.Errorf("added: %+v", p)
	}
	d.loaded(map[string]bool{approved.Question: true, rejected.Question: false, added.Pair.Question: true, "Said by a person: " + edited.Question: true})

	d.api.must(http.MethodPost, "/tasks/"+id+"/execute", map[string]any{"execution_mode": "single", "step_name": "training_load", "force_execution": true, "load_approved_only": true}, nil)
	d.ended(id)
	if sql := d.documents("c.name = 'sql'"); len(sql) != 2 {
		t.Errorf("of two approved pairs %d are loaded: %q", len(sql), sql)
	}
	d.loaded(map[string]bool{approved.Question: true, added.Pair.Question: true})
	d.trainingData(id, added.Pair)
	d.recorded(time.Minute)
	if n := d.count(`SELECT count(*) FROM data_pipeline_pairs_reviews WHERE task_id = $1`, id); n != 4 {
		t.Errorf("%d pairs of people are recorded, want 4", n)
	}
}

// loaded checks which questions are in the vector store.
func (d *deployment) loaded(questions map[string]bool) {
	d.t.Helper()
	for question, want := range questions {
		text, _ := json.Marshal(question)
		if there := len(d.documents("c.name = 'sql' AND strpos(e.document, $1) > 0", string(text))) > 0; there != want {
			d.t.Errorf("%q is loaded: %v", question, there)
		}
	}
}

// trainingData looks at what a task has loaded, deletes it and brings it back.
func (d *deployment) trainingData(id string, pair person) {
	d.t.Helper()
	var found struct {
		Matches []struct {
			Kind, Question string
			TaskID         string  `json:"task_id"`
			PairID         string  `json:"pair_id"`
			Score          float64 `json:"score"`
		}
		Tables []struct{ Table string }
	}
	d.api.must(http.MethodPost, "/training_data/retrieve", map[string]any{"question": pair.Question, "top_k": 3}, &found)
	if len(found.Matches) == 0 || found.Matches[0].Question != pair.Question || found.Matches[0].PairID != pair.ID || found.Matches[0].TaskID != id || found.Matches[0].Score < 0.9 {
		d.t.Errorf("retrieved: %+v", found)
	}
	type listing struct {
		Total   int
		Records []struct {
			ID       string
			Database string
		}
	}
	list := func(query string) (l listing) {
		d.t.Helper()
		d.api.must(http.MethodGet, "/training_data?"+query, nil, &l)
		return l
	}
	all := list("limit=200&task_id=" + id)
	before := d.documents("true")
	if all.Total != len(before) || len(all.Records) == 0 {
		d.t.Fatalf("%d documents are listed of %d", all.Total, len(before))
	}
	if some := list("kind=sql&q=" + url.QueryEscape("keenest")); some.Total != 1 {
		d.t.Errorf("found: %+v", some)
	}
	var count struct {
		AtMost int `json:"documents_at_most"`
	}
	d.api.must(http.MethodDelete, "/training_data?dry_run=true&task_id="+id, nil, &count)
	if count.AtMost != len(before) || len(d.documents("true")) != len(before) {
		d.t.Errorf("a dry run counts %d of %d", count.AtMost, len(before))
	}
	d.asked(http.MethodDelete, "/training_data", map[string]any{"database": all.Records[0].Database}, events.TypeTrainingDeleted, len(before))
	if left := d.documents("true"); len(left) != 0 {
		d.t.Errorf("after the deletion there are %q", left)
	}
	if gone := list("deleted=true&task_id=" + id); gone.Total < len(before) {
		d.t.Errorf("%d of %d can be restored", gone.Total, len(before))
	}
	ids := make([]string, len(before))
	for i, document := range before {
		ids[i] = strings.Fields(document)[1]
	}
	d.asked(http.MethodPost, "/training_data/restore", map[string]any{"ids": ids}, events.TypeTrainingRestored, len(before))
	if again := d.documents("true"); !slices.Equal(again, before) {
		d.t.Errorf("%d documents were brought back of %d", len(again), len(before))
	}
}

// asked makes a request about training data and waits for the event that
// answers it.
func (d *deployment) asked(method, path string, body any, want events.Type, rows int) {
	d.t.Helper()
	var request struct{ Request uint64 }
	d.api.must(method, path, body, &request)
	d.eventually(30*time.Second, fmt.Sprintf("%s of %d rows answers request %d", want, rows, request.Request), func() bool {
		return d.count(`SELECT count(*) FROM data_pipeline_events WHERE type = $1 AND data ->> 'request' = $2 AND data ->> 'rows' = $3`,
			string(want), fmt.Sprint(request.Request), fmt.Sprint(rows)) == 1
	})
}
