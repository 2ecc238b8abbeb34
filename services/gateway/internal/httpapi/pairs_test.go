package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

// pairIn is a pair of a file.
func pairIn(n int, verdict string) events.Pair {
	p := events.Pair{ID: fmt.Sprintf("p_%016x", n), Question: fmt.Sprintf("question %d?", n), SQL: fmt.Sprintf("SELECT %d FROM orders;", n),
		Theme: "sales", Tables: []string{"public.orders"}, Shapes: []string{events.ShapeFilter}, Difficulty: events.DifficultyEasy, Source: events.SourceRules}
	if verdict != "" {
		p.Check = &events.PairCheck{Verdict: verdict}
	}
	return p
}

// leave puts a file of pairs into a task's folder and registers it.
func (w *writer) leave(id, name string, pairs ...events.Pair) {
	w.t.Helper()
	content, err := json.Marshal(pairs)
	if err != nil {
		w.t.Fatal(err)
	}
	w.put(id, name, content)
	w.publish(&events.OutputRegistered{TaskID: id, Request: 1, Path: id + "/" + name, FileType: events.FileJSON, ModifiedAt: time.Now(),
		File: events.File{Name: name, Size: int64(len(content)), SHA256: hashOf(string(content))}})
}

func (w *writer) put(id, name string, content []byte) {
	w.t.Helper()
	if err := bucket.Put(w.t.Context(), w.bucket, id+"/"+name, bytes.NewReader(content)); err != nil {
		w.t.Fatal(err)
	}
}

// checker answers as an executor does that is asked about a pair.
func (w *writer) checker(answer func(events.PairQuestion) events.PairAnswer) {
	w.t.Helper()
	s, err := micro.AddService(w.broker.Conn(), micro.Config{Name: events.CatalogueService, Version: "1.0.0"})
	if err != nil {
		w.t.Fatal(err)
	}
	err = s.AddEndpoint("check", micro.HandlerFunc(func(r micro.Request) {
		var q events.PairQuestion
		_ = json.Unmarshal(r.Data(), &q)
		_ = r.RespondJSON(answer(q))
	}), micro.WithEndpointSubject(events.SubjectCheckSQL))
	if err == nil {
		err = w.broker.Conn().Flush()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Stop() })
}

// judge finds SQL wrong that says "wrong"; ids are of the question's length.
func judge(q events.PairQuestion) events.PairAnswer {
	a := events.PairAnswer{PairID: fmt.Sprintf("p_%016x", 1000+len(q.Question)), Tables: []string{"public.customers"},
		Shapes: []string{events.ShapeJoin}, Difficulty: events.DifficultyHard, Check: &events.PairCheck{Verdict: events.VerdictValid, Cost: 7}}
	if strings.Contains(q.SQL, "wrong") {
		a.Check = &events.PairCheck{Verdict: events.VerdictError, Rung: events.RungNames, ErrorType: "undefined_column", SQLState: "42703",
			Message: `column "wrong" does not exist`, Position: 8}
	}
	return a
}

func pairsOf(id, rest string) string { return address(id, "pairs") + rest }

// shown is the ids, decisions and verdicts of a list: "1+valid 2?error".
func (r reply) shown() string {
	var all []string
	list, _ := r.data["pairs"].([]any)
	for _, item := range list {
		p := item.(map[string]any)
		mark := map[any]string{"approved": "+", "rejected": "-", nil: "?"}[p["decision"]]
		verdict := "unchecked"
		if check, ok := p["check"].(map[string]any); ok {
			verdict = check["verdict"].(string)
		}
		all = append(all, strings.TrimLeft(p["pair_id"].(string), "p_0")+mark+verdict)
	}
	return strings.Join(all, " ")
}

func (r reply) pair() map[string]any {
	p, _ := r.data["pair"].(map[string]any)
	return p
}

func version(p map[string]any) int { n, _ := p["version"].(float64); return int(n) }

func TestATaskWithoutPairsHasAnEmptyList(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended()
	r := w.do("GET", pairsOf(id, ""), "")
	if r.status != 200 || r.shown() != "" || r.data["total"] != 0.0 || r.data["version"] != 0.0 || r.data["file"] != nil {
		t.Errorf("%d %s", r.status, r.body)
	}
	for path, want := range map[string]string{
		pairsOf("task_20200101_000000", ""): "404 task_not_found",
		pairsOf("task_1", ""):               "400 invalid_task_id",
		pairsOf(id, "?verdict=good&decision=maybe&source=robot&limit=1001&extra=1&cursor=x"): "400 validation_failed ?decision:not_one_of ?extra:unknown_field" +
			" ?limit:out_of_range ?source:not_one_of ?verdict:not_one_of",
		pairsOf(id, "?cursor=x"): "400 validation_failed ?cursor:invalid_cursor",
	} {
		if r := w.do("GET", path, ""); r.summary() != want {
			t.Errorf("%s: %s", path, r.summary())
		}
	}
}

func TestPairsAreListedFilteredAndPaged(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	w.checker(judge)
	id := w.ended(events.StepDDL)
	w.leave(id, "pair_index.json", pairIn(9, ""))
	if r := w.do("GET", pairsOf(id, ""), ""); r.shown() != "9?unchecked" || r.text("file") != "pair_index.json" {
		t.Fatalf("before the validation: %s", r.body)
	}
	taken := pairIn(3, events.VerdictError)
	taken.Decision, taken.DecidedBy, taken.Source, taken.Theme = events.DecisionApproved, "zoe", events.SourceModel, "stock"
	w.leave(id, "pair_verdicts.json", pairIn(1, events.VerdictValid), pairIn(2, events.VerdictEmpty), taken)
	w.do("POST", pairsOf(id, ""), `{"question":"who?","sql":"SELECT name FROM customers","actor":"li.na"}`)
	w.do("PATCH", pairsOf(id, "/p_0000000000000002"), `{"decision":"rejected"}`)
	for query, want := range map[string]string{
		"":                             "1?valid 2-empty_result 3+error 3ec?valid",
		"?verdict=valid":               "1?valid 3ec?valid",
		"?verdict=error,duplicate":     "3+error",
		"?decision=undecided":          "1?valid 3ec?valid",
		"?decision=approved":           "3+error",
		"?source=person":               "3ec?valid",
		"?source=model,person":         "3+error 3ec?valid",
		"?theme=stock":                 "3+error",
		"?table=customers":             "3ec?valid",
		"?table=public.orders&q=1":     "1?valid",
		"?table=rders":                 "",
		"?q=" + url.QueryEscape("WHO"): "3ec?valid",
		"?q=from+ORDERS&source=rules":  "1?valid 2-empty_result",
	} {
		if r := w.do("GET", pairsOf(id, query), ""); r.shown() != want {
			t.Errorf("%s: %s, want %s", query, r.shown(), want)
		}
	}
	first := w.do("GET", pairsOf(id, "?limit=3&decision=undecided,rejected"), "")
	second := w.do("GET", pairsOf(id, "?limit=3&decision=undecided,rejected&cursor="+first.text("next_cursor")), "")
	if first.shown() != "1?valid 2-empty_result 3ec?valid" || first.text("next_cursor") != "" || second.shown() != first.shown() {
		t.Errorf("%s\n%s", first.body, second.body)
	}
	first = w.do("GET", pairsOf(id, "?limit=2"), "")
	second = w.do("GET", pairsOf(id, "?limit=2&cursor="+first.text("next_cursor")), "")
	if first.shown() != "1?valid 2-empty_result" || second.shown() != "3+error 3ec?valid" || second.data["total"] != 4.0 {
		t.Errorf("%s\n%s", first.body, second.body)
	}
	counts, _ := json.Marshal(first.data["counts"])
	if want := `{"decisions":{"approved":1,"rejected":1,"undecided":2},"pairs":4,"sources":{"model":1,"person":1,"rules":2},"verdicts":{"empty_result":1,"error":1,"valid":2}}`; string(counts) != want {
		t.Errorf("%s", counts)
	}
}

func TestAPairIsAddedWithItsCheck(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	var asked events.PairQuestion
	w.checker(func(q events.PairQuestion) events.PairAnswer { asked = q; return judge(q) })
	id := w.ended(events.StepDDL)
	const good = `{"question":" who? ","sql":"SELECT name FROM customers\n","theme":"people","note":"for sales","actor":"li.na"}`
	r := w.do("POST", pairsOf(id, ""), good, "Accept-Language", "zh")
	p := r.pair()
	if r.status != 201 || r.data["changed"] != true || r.data["unchecked"] != nil || p["question"] != "who?" || p["sql"] != "SELECT name FROM customers" ||
		p["theme"] != "people" || p["source"] != "person" || p["written_by"] != "li.na" || p["note"] != "for sales" || p["difficulty"] != "hard" || p["decision"] != nil || version(p) == 0 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if opened, err := w.opener.Open(asked.Connection.Sealed); err != nil || string(opened) != secretDSN || asked.Language != events.Chinese {
		t.Errorf("asked %+v: %v", asked, err)
	}
	if asked.OutputPrefix != id || asked.Snapshot == nil || *asked.Snapshot != tablesFile {
		t.Errorf("asked about tables in %q, %+v", asked.OutputPrefix, asked.Snapshot)
	}
	if again := w.do("POST", pairsOf(id, ""), good); again.status != 200 || again.data["changed"] != false || version(again.pair()) != version(p) {
		t.Errorf("again: %d %s", again.status, again.body)
	}
	// The executor's normal form says that this is the same pair.
	if again := w.do("POST", pairsOf(id, ""), `{"question":"Who?","sql":"select name from customers"}`); again.status != 200 || again.pair()["question"] != "who?" {
		t.Errorf("in other letters: %d %s", again.status, again.body)
	}
	// The same SQL under another question is taken, and said.
	r = w.do("POST", pairsOf(id, ""), `{"question":"which names are there?","sql":"SELECT name\n FROM customers ;"}`)
	if same, _ := r.data["same_sql"].([]any); r.status != 201 || len(same) != 1 || same[0] != p["pair_id"] {
		t.Errorf("%d %s", r.status, r.body)
	}
	r = w.do("POST", pairsOf(id, ""), `{"question":"what else?","sql":"SELECT wrong FROM customers"}`)
	if r.summary() != "422 pair_invalid /sql:undefined_column" || r.Details[0].Check.Position != 8 || r.Details[0].Check.Rung != events.RungNames {
		t.Errorf("%d %s", r.status, r.body)
	}
	r = w.do("POST", pairsOf(id, ""), `{"question":"what else?","sql":"SELECT wrong FROM customers","allow_invalid":true}`)
	if r.status != 201 || r.pair()["check"].(map[string]any)["sqlstate"] != "42703" {
		t.Errorf("%d %s", r.status, r.body)
	}
	added := w.pairEvents(id)
	if want := []string{"pair.added li.na who?", "pair.added api which names are there?", "pair.added api what else?"}; !slices.Equal(added, want) {
		t.Errorf("%q, want %q", added, want)
	}
	for body, want := range map[string]string{
		`{}`: "400 validation_failed /question:required /sql:required",
		`{"question":" ","sql":1,"note":2,"actor":"","x":0}`:                                 "400 validation_failed /actor:required /question:required /sql:wrong_type /note:wrong_type /x:unknown_field",
		`{"question":"q","sql":"` + strings.Repeat("x", maxPersonSQL+1) + `"}`:               "400 validation_failed /sql:too_long",
		`{"question":"q","sql":"SELECT 1","theme":"` + strings.Repeat("x", maxName+1) + `"}`: "400 validation_failed /theme:too_long",
	} {
		if r := w.do("POST", pairsOf(id, ""), body); r.summary() != want {
			t.Errorf("%.60s: %s, want %s", body, r.summary(), want)
		}
	}
}

// pairEvents are the events about a task's pairs: type, actor, question.
func (w *writer) pairEvents(id string) []string {
	w.t.Helper()
	var all []string
	err := w.broker.History(w.t.Context(), id, 0, func(e events.Event) error {
		if d, ok := e.Data.(events.PairEvent); ok {
			all = append(all, fmt.Sprintf("%s %s %s", d.Type(), d.Change().Actor, d.Change().Question))
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestWithoutAnExecutorAPairWaitsForTheValidation(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended()
	const body = `{"question":"who?","sql":"SELECT 1"}`
	r := w.do("POST", pairsOf(id, ""), body)
	why, _ := r.data["unchecked"].(map[string]any)
	if r.status != 201 || r.pair()["check"] != nil || why["error_type"] != "no_executor" || !strings.Contains(r.message(), "sql_validation") {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.do("POST", pairsOf(id, ""), body); r.status != 200 {
		t.Errorf("again: %d %s", r.status, r.body)
	}
	w.checker(func(q events.PairQuestion) events.PairAnswer {
		if q.Snapshot != nil {
			t.Errorf("before any step it is asked about tables in %+v", q.Snapshot)
		}
		return events.PairAnswer{Failure: &events.Failure{ErrorType: "db_unreachable", ErrorClass: events.ClassDatabase, Message: "gone"}, PairID: "p_00000000000000aa"}
	})
	r = w.do("POST", pairsOf(id, ""), `{"question":"who else?","sql":"SELECT 2"}`)
	if why, _ := r.data["unchecked"].(map[string]any); r.status != 201 || r.pair()["pair_id"] != "p_00000000000000aa" || why["error_type"] != "db_unreachable" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func (r reply) message() string {
	var m struct{ Message string }
	_ = json.Unmarshal(r.body, &m)
	return m.Message
}

func TestAPairIsEditedAndDecidedAbout(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	w.checker(judge)
	id := w.ended(events.StepDDL)
	w.leave(id, "pair_verdicts.json", pairIn(1, events.VerdictError))
	path := pairsOf(id, "/p_0000000000000001")
	state := func(r reply) string {
		p := r.pair()
		check, _ := p["check"].(map[string]any)
		return fmt.Sprint(r.status, " ", p["decision"], " ", p["decided_by"], " ", p["note"], " ", p["source"], " ", p["sql"], " ", check["verdict"])
	}
	const text, edited = "SELECT 1 FROM orders;", "SELECT 2 FROM orders"
	v := 0
	for i, step := range []struct{ body, want string }{
		{`{"decision":"approved","actor":"ann","note":"good"}`, "200 approved ann good rules " + text + " error"},
		{`{"decision":null,"version":%d}`, "200 <nil> <nil> good rules " + text + " error"},
		{`{"decision":"rejected","note":null,"version":%d}`, "200 rejected api <nil> rules " + text + " error"},
		{`{"sql":"` + edited + `","version":%d}`, "200 <nil> <nil> <nil> person " + edited + " valid"},
		{`{"question":"better?","decision":"approved","version":%d}`, "200 approved api <nil> person " + edited + " valid"},
		{`{"sql":"SELECT wrong","version":%d}`, "422 <nil> <nil> <nil> <nil> <nil> <nil>"},
		{`{"sql":"SELECT wrong","allow_invalid":true,"version":%d}`, "200 <nil> <nil> <nil> person SELECT wrong error"},
	} {
		r := w.do("PATCH", path, strings.ReplaceAll(step.body, "%d", fmt.Sprint(v)))
		if got := state(r); got != step.want {
			t.Fatalf("step %d: %s, want %s\n%s", i, got, step.want, r.body)
		}
		if r.status == 200 {
			v = version(r.pair())
		}
	}
	if got, want := w.pairEvents(id), 7; len(got) != want {
		t.Errorf("%d events, want %d: %q", len(got), want, got)
	}
	for body, want := range map[string]string{
		`{}`:                                     "400 validation_failed /decision:one_of_required",
		`{"note":"only"}`:                        "400 validation_failed /decision:one_of_required",
		`{"decision":"perhaps"}`:                 "400 validation_failed /decision:not_one_of",
		`{"question":"","sql":" ","version":-1}`: "400 validation_failed /question:required /sql:required /version:out_of_range",
	} {
		if r := w.do("PATCH", path, body); r.summary() != want {
			t.Errorf("%s: %s, want %s", body, r.summary(), want)
		}
	}
	for path, want := range map[string]string{"/p_0000000000000002": "404 pair_not_found", "/p_1": "400 invalid_pair_id"} {
		if r := w.do("PATCH", pairsOf(id, path), `{"decision":"approved"}`); r.summary() != want {
			t.Errorf("%s: %s, want %s", path, r.summary(), want)
		}
	}
}

// Nobody is overwritten who wrote after the caller has read; saying the same
// again is no conflict.
func TestAStaleChangeIsAConflict(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended(events.StepDDL)
	w.leave(id, "pair_verdicts.json", pairIn(1, events.VerdictValid), pairIn(2, events.VerdictValid))
	path := pairsOf(id, "/p_0000000000000001")
	first := w.do("PATCH", path, `{"decision":"approved"}`)
	for body, want := range map[string]string{
		`{"decision":"rejected"}`: "409 pair_changed",
		`{"decision":"approved"}`: "200 ",
		fmt.Sprintf(`{"decision":"rejected","version":%d}`, version(first.pair())-1): "409 pair_changed",
	} {
		if r := w.do("PATCH", path, body); r.summary() != want {
			t.Errorf("%s: %s, want %s", body, r.summary(), want)
		}
	}
	list := w.do("GET", pairsOf(id, ""), "")
	if r := w.do("PATCH", path, fmt.Sprintf(`{"decision":"rejected","version":%v}`, list.data["version"])); r.status != 200 {
		t.Errorf("with the list's version: %s", r.body)
	}
	if len(w.pairEvents(id)) != 2 {
		t.Errorf("%q", w.pairEvents(id))
	}
}

func TestPairsAreReviewedAllOrNone(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended(events.StepDDL)
	w.leave(id, "pair_verdicts.json", pairIn(1, events.VerdictValid), pairIn(2, events.VerdictValid), pairIn(3, events.VerdictValid))
	ids := func(ns ...int) string {
		var all []string
		for _, n := range ns {
			all = append(all, fmt.Sprintf("p_%016x", n))
		}
		text, _ := json.Marshal(all)
		return string(text)
	}
	r := w.do("PATCH", pairsOf(id, ""), `{"pair_ids":`+ids(3, 1, 3)+`,"decision":"approved","actor":"ann"}`)
	if r.status != 200 || r.data["changed"] != 2.0 || r.shown() != "3+valid 1+valid 3+valid" {
		t.Errorf("%d %s", r.status, r.body)
	}
	for body, want := range map[string]string{
		`{"pair_ids":` + ids(2, 1, 4) + `,"decision":"rejected"}`:             "409 pair_changed /pair_ids/1:pair_changed /pair_ids/2:pair_not_found",
		`{"pair_ids":` + ids(2, 4) + `,"decision":"rejected"}`:                "404 pair_not_found /pair_ids/1:pair_not_found",
		`{"pair_ids":[],"decision":"rejected"}`:                               "400 validation_failed /pair_ids:required",
		`{"pair_ids":["1"]}`:                                                  "400 validation_failed /pair_ids:invalid_pair_id /decision:required",
		`{"pair_ids":` + ids(make([]int, 501)...) + `,"decision":"rejected"}`: "400 validation_failed /pair_ids:too_many",
	} {
		if r := w.do("PATCH", pairsOf(id, ""), body); r.summary() != want {
			t.Errorf("%.80s: %s, want %s", body, r.summary(), want)
		}
	}
	if r := w.do("GET", pairsOf(id, ""), ""); r.shown() != "1+valid 2?valid 3+valid" {
		t.Errorf("a refused review changed something: %s", r.shown())
	}
}

func TestOfSeveralPeopleAtOnceOneWins(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended(events.StepDDL)
	w.leave(id, "pair_verdicts.json", pairIn(1, events.VerdictValid))
	const people = 6
	var wg sync.WaitGroup
	edits, adds := make([]int, people), make([]int, people)
	for i := range people {
		wg.Go(func() {
			edits[i] = w.do("PATCH", pairsOf(id, "/p_0000000000000001"), fmt.Sprintf(`{"question":"mine, says %d?"}`, i)).status
		})
		wg.Go(func() {
			adds[i] = w.do("POST", pairsOf(id, ""), fmt.Sprintf(`{"question":"new %d?","sql":"SELECT 1"}`, i)).status
		})
	}
	wg.Wait()
	slices.Sort(edits)
	if want := []int{200, 409, 409, 409, 409, 409}; !slices.Equal(edits, want) {
		t.Errorf("edits end with %v, want %v", edits, want)
	}
	if slices.Min(adds) != 201 || slices.Max(adds) != 201 {
		t.Errorf("adding ends with %v", adds)
	}
	if r := w.do("GET", pairsOf(id, ""), ""); r.data["total"] != people+1.0 {
		t.Errorf("%s", r.body)
	}
}

// A step replaces its file a moment before it says so; a file that somebody
// else changed is not shown.
func TestAFileOfPairsIsShownOnlyAsItWasRegistered(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended(events.StepDDL)
	w.leave(id, "pair_verdicts.json", pairIn(1, events.VerdictValid))
	newer, _ := json.Marshal([]events.Pair{pairIn(2, events.VerdictValid)})
	w.put(id, "pair_verdicts.json", newer)
	shown := make(chan reply)
	go func() { shown <- w.do("GET", pairsOf(id, ""), "") }()
	w.leave(id, "pair_verdicts.json", pairIn(2, events.VerdictValid))
	if r := <-shown; r.shown() != "2?valid" {
		t.Errorf("%d %s", r.status, r.body)
	}
	w.put(id, "pair_verdicts.json", []byte(`[]`))
	if r := w.do("GET", pairsOf(id, ""), ""); r.summary() != "503 pairs_unreadable" || r.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// The list is the same whether or not it is recorded.
func TestPairsAreTheSameFromTheTables(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create().Begin().Complete()
	file, _ := json.Marshal([]events.Pair{pairIn(1, events.VerdictValid), pairIn(2, "")})
	r.file(task, "pair_verdicts.json", string(file))
	change := events.PairChange{TaskID: task.ID, PairID: "p_0000000000000002", Question: "a?", SQL: "SELECT 'a'", Theme: "t", Tables: []string{"public.t"},
		Shapes: []string{events.ShapeOrder}, Difficulty: events.DifficultyEasy, Source: events.SourcePerson, Actor: "ann", At: storyStart.Add(123456789), Note: "n"}
	task.Publish(&events.PairEdited{PairChange: change, Check: &events.PairCheck{Verdict: events.VerdictError, Message: "no", Position: 3}})
	task.Publish(&events.PairReviewed{PairChange: change, Decision: events.DecisionRejected})
	change.PairID = "p_0000000000000003"
	task.Publish(&events.PairAdded{PairChange: change})
	data := func() string {
		text, err := json.Marshal(r.get(path(task, "/pairs")).data)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	streamed := data()
	r.Record()
	r.Recorded()
	if recorded := data(); recorded != streamed || !strings.Contains(streamed, `"decided_by":"ann"`) {
		t.Errorf("from the stream\n%s\nfrom the tables\n%s", streamed, recorded)
	}
	task.Delete()
	if got := r.get(path(task, "/pairs")); got.summary() != "404 task_not_found" {
		t.Errorf("%s", got.body)
	}
}

// Who writes at the same time as others loses nothing of theirs.
func TestPairsAreChangedByManyAtOnce(t *testing.T) {
	const people = 6
	w := serveWrites(t, testkit.Broker(t))
	w.checker(judge)
	id := w.ended(events.StepDDL)
	var made []events.Pair
	for n := range people {
		made = append(made, pairIn(n, events.VerdictValid))
	}
	w.leave(id, "pair_verdicts.json", made...)
	var added atomic.Int32
	var writing sync.WaitGroup
	for _, p := range made {
		writing.Go(func() {
			if r := w.do("POST", pairsOf(id, ""), `{"question":"who?","sql":"SELECT name FROM customers"}`); r.status == 201 {
				added.Add(1)
			} else if r.status != 200 {
				t.Errorf("%d %s", r.status, r.body)
			}
			if r := w.do("PATCH", pairsOf(id, "/"+p.ID), `{"sql":"SELECT 7 FROM orders","decision":"approved"}`); r.status != 200 {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
	writing.Wait()
	if n := len(w.pairEvents(id)); added.Load() != 1 || n != 1+2*people {
		t.Errorf("added %d times, %d events", added.Load(), n)
	}
	if r := w.do("GET", pairsOf(id, "?source=person&decision=approved"), ""); r.data["total"] != float64(people) {
		t.Errorf("%s", r.body)
	}
}

// Who changes a pair while an executor looks at another's change of it comes
// first.
func TestAChangeDuringACheckIsNotMissed(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended(events.StepDDL)
	w.leave(id, "pair_verdicts.json", pairIn(1, events.VerdictValid))
	path := pairsOf(id, "/p_0000000000000001")
	w.checker(func(q events.PairQuestion) events.PairAnswer {
		if r := w.do("PATCH", path, `{"decision":"rejected","actor":"ann"}`); r.status != 200 {
			t.Errorf("%d %s", r.status, r.body)
		}
		return judge(q)
	})
	if r := w.do("PATCH", path, `{"sql":"SELECT 7","actor":"bob"}`); r.summary() != "409 pair_changed" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if got := w.pairEvents(id); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
