package httpapi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// vectors answers questions about training data as an executor does.
func (w *writer) vectors(list func(events.TrainingListing) events.TrainingPage, find func(events.TrainingQuery) events.TrainingMatches) {
	w.t.Helper()
	s, err := micro.AddService(w.broker.Conn(), micro.Config{Name: events.CatalogueService, Version: "1.0.0"})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Stop() })
	err = s.AddEndpoint("training_list", micro.HandlerFunc(func(r micro.Request) {
		var q events.TrainingListing
		_ = json.Unmarshal(r.Data(), &q)
		_ = r.RespondJSON(list(q))
	}), micro.WithEndpointSubject(events.SubjectTrainingList))
	if err == nil {
		err = s.AddEndpoint("training_retrieve", micro.HandlerFunc(func(r micro.Request) {
			var q events.TrainingQuery
			_ = json.Unmarshal(r.Data(), &q)
			_ = r.RespondJSON(find(q))
		}), micro.WithEndpointSubject(events.SubjectTrainingRetrieve))
	}
	if err == nil {
		err = w.broker.Conn().Flush()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

const (
	trainingPath = Prefix + "/training_data"
	shopDatabase = "db.example.com:5432/shop"
	someTask     = "task_20250701_143052"
)

var someRecord = events.TrainingRecord{ID: "1-sql", Kind: events.TrainingSQL, Collection: "sql", Text: `{"question":"who?","sql":"SELECT 1"}`,
	Question: "who?", SQL: "SELECT 1", Database: shopDatabase, TaskIDs: []string{someTask}, TaskID: someTask, LoadID: someTask + "_load_20250701_143052",
	File: "qs_shop_pair.json", Tables: []string{"public.orders"}, SchemaVersion: "0123456789abcdef", PairID: "p_0000000000000001", Verdict: events.VerdictValid}

func TestTrainingDataIsListed(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	asked := make(chan events.TrainingListing, 1)
	at := time.Now()
	w.vectors(func(q events.TrainingListing) events.TrainingPage {
		asked <- q
		switch q.Cursor {
		case "old":
			return events.TrainingPage{Failure: &events.Failure{ErrorType: "cursor_invalid", ErrorClass: events.ClassUser, Message: "begin anew"}}
		case "away":
			return events.TrainingPage{Failure: &events.Failure{ErrorType: "vector_store_unreachable", ErrorClass: events.ClassDatabase, Message: "gone"}}
		}
		record := someRecord
		record.LoadedAt = &at
		return events.TrainingPage{Records: []events.TrainingRecord{record, {ID: "x", Kind: events.TrainingDDL, Collection: "ddl"}}, Total: 2, NextCursor: "c2"}
	}, nil)
	r := w.do("GET", trainingPath+"?database=shop&task_id="+someTask+"&load_id=l&kind=sql&q=who&deleted=true&limit=2&cursor=c1", "")
	if r.status != 200 || r.data["total"] != 2.0 || r.text("next_cursor") != "c2" || len(r.data["records"].([]any)) != 2 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	want := events.TrainingListing{Language: events.English, Database: "shop", TaskID: someTask, LoadID: "l", Kind: "sql", Search: "who", Deleted: true, Limit: 2, Cursor: "c1"}
	if got := <-asked; got != want {
		t.Errorf("asked %+v", got)
	}
	for query, want := range map[string]string{
		"?cursor=old":  "400 validation_failed ?cursor:invalid_cursor",
		"?cursor=away": "503 training_data_unavailable :vector_store_unreachable",
	} {
		if r := w.do("GET", trainingPath+query, ""); r.summary() != want || r.Details[0].Message == "" {
			t.Errorf("%s: %s", query, r.body)
		}
		<-asked
	}
	const faulty = "?kind=pair&limit=0&task_id=1&deleted=perhaps&x=1"
	if r := w.do("GET", trainingPath+faulty, ""); r.summary() != "400 validation_failed ?deleted:not_one_of ?kind:not_one_of ?limit:out_of_range ?task_id:invalid_task_id ?x:unknown_field" {
		t.Errorf("%s", r.summary())
	}
}

func TestTrainingDataIsRetrieved(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	w.vectors(nil, func(q events.TrainingQuery) events.TrainingMatches {
		if q.Question != "who?" || q.Database != "shop" || q.TopK != 3 {
			t.Errorf("asked %+v", q)
		}
		return events.TrainingMatches{Embedder: "lexical", Matches: []events.TrainingMatch{{TrainingRecord: someRecord, Rank: 1, Score: 0.9}},
			Tables: []events.TrainingTable{{Table: "public.orders", Score: 0.9, Documents: 1}}}
	})
	r := w.do("POST", trainingPath+"/retrieve", `{"question":"who?","database":"shop","top_k":3}`)
	matches, _ := r.data["matches"].([]any)
	if r.status != 200 || len(matches) != 1 || matches[0].(map[string]any)["score"] != 0.9 || r.text("embedder") != "lexical" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.do("POST", trainingPath+"/retrieve", `{"top_k":51,"x":1}`); r.summary() != "400 validation_failed /question:required /top_k:out_of_range /x:unknown_field" {
		t.Errorf("%s", r.summary())
	}
}

func TestTrainingDataIsDeletedAndRestoredByEvents(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	const load = someTask + "_load_20250701_143052"
	for _, c := range []struct {
		method, path, body string
		want               events.Data
	}{
		{"DELETE", "", `{"database":"DB.example.com:5432/Shop","reason":"wrong","actor":"ann"}`,
			&events.TrainingDeleteRequested{TrainingScope: events.TrainingScope{Database: shopDatabase}, Actor: "ann", Reason: "wrong", Language: events.English}},
		{"DELETE", "?task_id=" + someTask, "", &events.TrainingDeleteRequested{TrainingScope: events.TrainingScope{TaskID: someTask}, Actor: "api", Language: events.English}},
		{"DELETE", "?ids=1-sql,2-ddl&actor=ann", "", &events.TrainingDeleteRequested{TrainingScope: events.TrainingScope{IDs: []string{"1-sql", "2-ddl"}}, Actor: "ann", Language: events.English}},
		{"POST", "/restore", `{"load_id":"` + load + `"}`, &events.TrainingRestoreRequested{TrainingScope: events.TrainingScope{LoadID: load}, Actor: "api", Language: events.English}},
		{"POST", "/restore", `{"ids":["1-sql"]}`, &events.TrainingRestoreRequested{TrainingScope: events.TrainingScope{IDs: []string{"1-sql"}}, Actor: "api", Language: events.English}},
	} {
		r := w.do(c.method, trainingPath+c.path, c.body)
		if r.status != 202 || r.data["dry_run"] != false {
			t.Fatalf("%s %s %s: %d %s", c.method, c.path, c.body, r.status, r.body)
		}
		got, seq := w.last(c.want.Task())
		want, _ := json.Marshal(c.want)
		said, _ := json.Marshal(got)
		if string(said) != string(want) || r.data["request"] != float64(seq) || got.Type() != c.want.Type() {
			t.Errorf("%s %s: %s %s at %d, want %s", c.method, c.path, got.Type(), said, seq, want)
		}
	}
	for method, path := range map[string]string{"DELETE": "", "POST": "/restore"} {
		w.do(method, trainingPath+path, `{"ids":["1-sql"]}`, "Accept-Language", "zh")
		got, _ := w.last((&events.TrainingDeleteRequested{}).Task())
		if said, _ := json.Marshal(got); !strings.Contains(string(said), `"language":"zh-CN"`) {
			t.Errorf("%s in Chinese: %s", method, said)
		}
	}
	const one = "database:exactly_one_scope"
	for _, c := range []struct{ method, path, body, want string }{
		{"DELETE", "", "", "400 validation_failed /" + one},
		{"DELETE", "", `{"database":"a/b","ids":["1"]}`, "400 validation_failed /" + one},
		{"DELETE", "", `{"database":"shop"}`, "503 no_executor"},
		{"DELETE", "", `{"ids":[]}`, "400 validation_failed /ids:invalid_document_id"},
		{"DELETE", "", `{"ids":["a",""]}`, "400 validation_failed /ids:invalid_document_id"},
		{"DELETE", "?task_id=1&x=2", "", "400 validation_failed ?x:unknown_field"},
		{"DELETE", "?dry_run=perhaps", "", "400 validation_failed ?dry_run:not_one_of"},
		{"DELETE", "?task_id=" + someTask, `{"ids":["a"]}`, "400 body_and_query"},
		{"POST", "/restore", `{"load_id":"` + someTask + `"}`, "400 validation_failed /load_id:invalid_load_id"},
		{"POST", "/restore", `{"task_id":"` + someTask + `","dry_run":true}`, "400 validation_failed /dry_run:unknown_field"},
	} {
		if r := w.do(c.method, trainingPath+c.path, c.body); r.summary() != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.method, c.path, c.body, r.summary(), c.want)
		}
	}
}

// A database may be given by its name alone where that stands for one.
func TestADatabaseIsFoundByItsName(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	deleted := make(chan bool, 1)
	w.vectors(func(q events.TrainingListing) events.TrainingPage {
		deleted <- q.Deleted
		return events.TrainingPage{Databases: map[string][]string{"shop": {shopDatabase}, "crm": {"a:5432/crm", "b:5432/crm"}}[q.Database]}
	}, nil)
	for _, c := range []struct{ method, path, body string }{
		{"DELETE", "?database=Shop", ""}, {"POST", "/restore", `{"database":"shop"}`},
	} {
		r := w.do(c.method, trainingPath+c.path, c.body)
		if scope, _ := r.data["scope"].(map[string]any); r.status != 202 || scope["database"] != shopDatabase || <-deleted != (c.method == "POST") {
			t.Errorf("%s: %d %s", c.method, r.status, r.body)
		}
	}
	before, _ := w.broker.LastSeq(t.Context(), events.StreamPipeline, events.KindSubject("training", "*"))
	for path, want := range map[string][2]string{
		"?database=crm":  {"400 validation_failed ?database:ambiguous_database", "Several databases are called crm; give one of them: a:5432/crm, b:5432/crm."},
		"?database=shpo": {"400 validation_failed ?database:unknown_database", "There is no training data of a database that is called shpo;"},
	} {
		r := w.do("DELETE", trainingPath+path, "")
		if <-deleted; r.summary() != want[0] || !strings.HasPrefix(r.Details[0].Message, want[1]) {
			t.Errorf("%s: %s", path, r.body)
		}
	}
	if after, err := w.broker.LastSeq(t.Context(), events.StreamPipeline, events.KindSubject("training", "*")); after != before || err != nil {
		t.Errorf("something was asked for: %d, %v", after, err)
	}
}

// last is the newest event about training data of a task.
func (w *writer) last(task string) (data events.Data, seq uint64) {
	w.t.Helper()
	err := w.broker.History(w.t.Context(), task, 0, func(e events.Event) error {
		if strings.HasPrefix(string(e.Type()), "training.") {
			data, seq = e.Data, e.Sequence
		}
		return nil
	})
	if err != nil || data == nil {
		w.t.Fatalf("%s has no such event: %v", task, err)
	}
	return data, seq
}

func TestADryRunOnlyCounts(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	if r := w.do("DELETE", trainingPath+"?dry_run=true&task_id="+someTask, ""); r.summary() != "503 no_executor" {
		t.Errorf("%s", r.body)
	}
	w.vectors(func(q events.TrainingListing) events.TrainingPage {
		if q.TaskID != someTask {
			t.Errorf("asked %+v", q)
		}
		return events.TrainingPage{Records: []events.TrainingRecord{someRecord}, Total: 41}
	}, nil)
	r := w.do("DELETE", trainingPath, `{"task_id":"`+someTask+`","dry_run":true}`)
	if r.status != 200 || r.data["documents_at_most"] != 41.0 || r.data["request"] != nil {
		t.Errorf("%d %s", r.status, r.body)
	}
	if n, err := w.broker.LastSeq(t.Context(), events.StreamPipeline, events.KindSubject("training", "*")); n != 0 || err != nil {
		t.Errorf("something was asked for: %d, %v", n, err)
	}
}
