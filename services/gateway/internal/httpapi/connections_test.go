package httpapi

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/micro"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// executor answers catalogue questions as an executor does: answer makes what
// it says to the question on a subject.
func (w *writer) executor(answer func(subject string, q events.Question) any) {
	w.t.Helper()
	s, err := micro.AddService(w.broker.Conn(), micro.Config{Name: events.CatalogueService, Version: "1.0.0"})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, subject := range []string{events.SubjectConnections, events.SubjectTest, events.SubjectTables} {
		err := s.AddEndpoint(strings.ReplaceAll(subject, ".", "_"), micro.HandlerFunc(func(r micro.Request) {
			var q events.Question
			_ = json.Unmarshal(r.Data(), &q) // one question has no body
			if a := answer(subject, q); a != nil {
				_ = r.RespondJSON(a)
				return
			}
			_ = r.Error("500", "broken", nil)
		}), micro.WithEndpointSubject(subject))
		if err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.broker.Conn().Flush(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Stop() })
}

func TestCatalogueQuestionsAreSealed(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	asked := make(chan events.Question, 1)
	w.executor(func(_ string, q events.Question) any {
		asked <- q
		return events.TablePage{Tables: []events.TableSummary{{Schema: "public", Name: "orders", Kind: "table", EstimatedRows: -1, Readable: true}}, NextCursor: "c2"}
	})
	r := w.do("POST", Prefix+"/connections/tables", `{"db_connection":"`+secretDSN+`","search":"ord","limit":10,"cursor":"c1"}`, "Accept-Language", "zh")
	if r.status != 200 || r.data["next_cursor"] != "c2" || len(r.data["tables"].([]any)) != 1 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	q := <-asked
	opened, err := w.opener.Open(q.Connection.Sealed)
	if err != nil || string(opened) != secretDSN || q.Connection.Masked != masked {
		t.Errorf("%q, %v, %q", opened, err, q.Connection.Masked)
	}
	if q.Search != "ord" || q.Limit != 10 || q.Cursor != "c1" || q.Language != events.Chinese {
		t.Errorf("%+v", q)
	}
}

func TestConnections(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	wrong := events.Failure{ErrorType: "db_auth_failed", ErrorClass: events.ClassUser, Message: "The password is wrong."}
	w.executor(func(subject string, q events.Question) any {
		switch {
		case subject == events.SubjectConnections:
			return events.ConnectionList{Connections: []events.NamedConnection{{Name: "shop", Masked: masked, DBName: "shop"}}}
		case q.Connection.Name == "broken":
			return nil
		case q.Cursor == "another list's":
			return events.TablePage{Failure: &events.Failure{ErrorType: "cursor_invalid", ErrorClass: events.ClassUser, Message: "begin anew"}}
		case subject == events.SubjectTables:
			return events.TablePage{Failure: &wrong}
		case q.Connection.Name == "shop":
			return events.ConnectionTest{OK: true, ServerVersion: "15.8", DBName: "shop", User: "ann", Tables: 3, ReadableTables: 2, LatencySeconds: 0.01}
		}
		return events.ConnectionTest{Failure: &wrong}
	})
	const test, tables = Prefix + "/connections/test", Prefix + "/connections/tables"
	if r := w.do("GET", Prefix+"/connections", ""); r.status != 200 || len(r.data["connections"].([]any)) != 1 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.do("POST", test, `{"connection_name":"shop"}`); r.status != 200 || r.data["ok"] != true || r.data["readable_tables"] != 2.0 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.do("POST", test, `{"db_connection":"`+secretDSN+`"}`); r.status != 200 || r.data["ok"] != false {
		t.Errorf("%d %s", r.status, r.body)
	}
	r := w.do("POST", tables, `{"db_connection":"`+secretDSN+`"}`)
	if r.summary() != "422 connection_failed /db_connection:db_auth_failed" || r.Details[0].Message != wrong.Message {
		t.Errorf("%d %s", r.status, r.body)
	}
	for body, want := range map[string]string{
		`{}`:                           "400 validation_failed /db_connection:one_of_required",
		`{"connection_name":"broken"}`: "502 executor_failed",
		`{"connection_name":"a","cursor":"another list's"}`: "400 validation_failed /cursor:invalid_cursor",
		`{"connection_name":"a","limit":1001,"search":1}`:   "400 validation_failed /search:wrong_type /limit:out_of_range",
	} {
		if r := w.do("POST", tables, body); r.summary() != want {
			t.Errorf("%s: %s, want %s", body, r.summary(), want)
		}
	}
}

func TestWithoutAnExecutorTheAnswerIsUnavailable(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	r := w.do("GET", Prefix+"/connections", "")
	if r.summary() != "503 no_executor" || r.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", r.status, r.body)
	}
}
