package httpapi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gocloud.dev/blob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/catalogue"
	"github.com/citu/datapipeline/services/gateway/internal/command"
	"github.com/citu/datapipeline/services/gateway/internal/outputdir"
	"github.com/citu/datapipeline/services/gateway/internal/outputs"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
	"github.com/citu/datapipeline/services/gateway/internal/read"
	"github.com/citu/datapipeline/services/gateway/internal/tablelist"
)

// secretDSN is a connection string whose password must not come out anywhere.
const (
	password  = "gaNz-gehe1m"
	secretDSN = "postgres://ann:" + password + "@db.example.com:5432/shop"
	masked    = "postgres://ann:***@db.example.com:5432/shop"
)

// writer is an API that can write, with what its tests look at.
type writer struct {
	*service
	broker *broker.Broker
	opener *seal.Opener
	bucket *blob.Bucket
}

// serveWrites starts an API that can write, without Postgres.
func serveWrites(tb testing.TB, b *broker.Broker, options ...func(*Options)) *writer {
	tb.Helper()
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		tb.Fatal(err)
	}
	sealer, err := seal.NewSealer(recipient)
	if err != nil {
		tb.Fatal(err)
	}
	opener, err := seal.NewOpener(identity)
	if err != nil {
		tb.Fatal(err)
	}
	root := outputdir.New("/srv/training")
	folder := tb.TempDir()
	files, err := bucket.Open(tb.Context(), folder)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = files.Close() })
	writes := func(o *Options) {
		reader := read.New(nil, b, nil, o.Log)
		book := pairlist.New(reader, outputs.New(files))
		o.Writes = Writes{
			Commands: command.New(command.Options{Broker: b, Tasks: reader, Pairs: book, Checker: catalogue.New(b),
				Output: root, Location: time.FixedZone("", 8*3600)}),
			TableLists: tablelist.NewStore(b), Catalogue: catalogue.New(b), Output: root, Sealer: sealer,
		}
		o.Pairs = book
	}
	return &writer{service: serve(tb, append([]func(*Options){writes}, options...)...), broker: b, opener: opener, bucket: files}
}

// created is the event of a task that was created.
func (w *writer) created(id string) events.TaskCreated {
	w.t.Helper()
	var found *events.TaskCreated
	err := w.broker.History(w.t.Context(), id, 0, func(e events.Event) error {
		if d, ok := e.Data.(*events.TaskCreated); ok {
			found = d
		}
		return nil
	})
	if err != nil || found == nil {
		w.t.Fatalf("%s: %v, %v", id, found, err)
	}
	return *found
}

// task is a body of POST /tasks with its parameters changed: a value of nil
// takes a parameter away.
func task(changes map[string]any) string {
	parameters := map[string]any{
		"db_connection": secretDSN, "tables": []string{"public.orders"}, "business_context": "网店 <orders>",
	}
	for name, v := range changes {
		if parameters[name] = v; v == nil {
			delete(parameters, name)
		}
	}
	text, err := json.Marshal(map[string]any{"task_type": "complete_workflow", "parameters": parameters})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// outline is what an answer says is wrong: "type pointer:type …".
func (r reply) outline() string {
	s := string(r.ErrorType)
	for _, d := range r.Details {
		s += " " + d.Pointer + ":" + string(d.ErrorType)
	}
	return s
}

func (r reply) text(name string) string {
	s, _ := r.data[name].(string)
	return s
}

func TestCreateTask(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	r := w.do("POST", Prefix+"/tasks", task(nil))
	if r.status != 201 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	id := r.text("task_id")
	if r.header.Get("Location") != Prefix+"/tasks/"+id || r.text("output_directory") != "/srv/training/"+id {
		t.Errorf("%v %s", r.header, r.body)
	}
	d := w.created(id)
	options := events.DefaultOptions()
	options.Masking = events.MaskData
	if d.CreatedBy != "api" || d.Request.DBName != "shop" || d.Request.Language != events.English || d.Request.Options != options {
		t.Errorf("%+v", d)
	}
	opened, err := w.opener.Open(d.Request.Connection.Sealed)
	if err != nil || string(opened) != secretDSN || d.Request.Connection.Masked != masked {
		t.Errorf("%q, %v, masked %q", opened, err, d.Request.Connection.Masked)
	}
	want := `{"db_connection":"` + masked + `","tables":["public.orders"],"business_context":"网店 <orders>","execution_mode":"complete",` +
		`"db_name":"shop","language":"en","enable_sql_validation":true,"enable_llm_repair":true,"modify_original_file":true,"enable_training_data_load":true,` +
		`"masking":"mask"}`
	if got := string(d.Parameters); got != want {
		t.Errorf("parameters %s, want %s", got, want)
	}
}

func TestCreateTaskPlansSteps(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	for name, c := range map[string]struct {
		parameters   map[string]any
		run, skipped string
	}{
		"all":               {nil, "1234", ""},
		"one by number":     {map[string]any{"execution_mode": "single", "single_step": 2}, "2", ""},
		"one by its alias":  {map[string]any{"execution_mode": "single", "single_step": "training_data_load"}, "4", ""},
		"a range":           {map[string]any{"start_step": 2, "end_step": "sql_validation"}, "23", ""},
		"without one":       {map[string]any{"skip_steps": []any{"3"}}, "124", "3"},
		"validation is off": {map[string]any{"enable_sql_validation": false, "enable_training_data_load": false}, "12", "34"},
	} {
		r := w.do("POST", Prefix+"/tasks", task(c.parameters))
		if r.status != 201 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
			continue
		}
		d := w.created(r.text("task_id"))
		if got := numbers(d.Request.Steps); got != c.run || numbers(d.Request.SkippedSteps) != c.skipped {
			t.Errorf("%s: runs %s and skips %s", name, got, numbers(d.Request.SkippedSteps))
		}
	}
}

func numbers(steps []events.Step) string {
	s := ""
	for _, step := range steps {
		s += string(rune('0' + step.Number()))
	}
	return s
}

func TestCreateTaskTakesOptions(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	r := w.do("POST", Prefix+"/tasks", task(map[string]any{"enable_llm_repair": false, "masking": "schema_only", "themes": 200, "questions_per_theme": 1,
		"disable_model": true, "full_refresh": true, "load_approved_only": true, "backup_vector_tables": true}))
	if r.status != 201 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	want := events.Options{EnableSQLValidation: true, ModifyOriginalFile: true, EnableTrainingDataLoad: true, Masking: events.SchemaOnly,
		Themes: 200, QuestionsPerTheme: 1, DisableModel: true, FullRefresh: true, LoadApprovedOnly: true, BackupVectorTables: true}
	if got := w.created(r.text("task_id")).Request.Options; got != want {
		t.Errorf("%+v", got)
	}
	r = w.do("POST", Prefix+"/tasks", task(map[string]any{"masking": "some", "themes": 0, "questions_per_theme": 101, "disable_model": "yes", "full_refresh": 1}))
	if want := "400 validation_failed /parameters/masking:not_one_of /parameters/themes:out_of_range /parameters/questions_per_theme:out_of_range" +
		" /parameters/disable_model:wrong_type /parameters/full_refresh:wrong_type"; r.summary() != want {
		t.Errorf("%s\nwant %s", r.summary(), want)
	}
}

func TestCreateTaskSaysAllFaults(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	at := func(faults string) string { return "validation_failed " + faults }
	for body, want := range map[string]string{
		"":   "validation_failed /task_type:required /parameters:required /parameters/business_context:required /parameters/db_connection:one_of_required /parameters/table_list_file:one_of_required",
		"[]": "validation_failed :wrong_type /task_type:required /parameters:required /parameters/business_context:required /parameters/db_connection:one_of_required /parameters/table_list_file:one_of_required",
		`{"task_type":"other","parameters":{"business_context":" ","db_connection":"x","tables":[]},"x":1}`:               "validation_failed /task_type:not_one_of /parameters/business_context:required /parameters/db_connection:invalid_connection_string /parameters/tables:table_list_empty /x:unknown_field",
		task(map[string]any{"execution_mode": "twice"}):                                                                   at("/parameters/execution_mode:not_one_of"),
		task(map[string]any{"execution_mode": "single"}):                                                                  at("/parameters/single_step:required"),
		task(map[string]any{"execution_mode": "single", "single_step": 5}):                                                at("/parameters/single_step:unknown_step"),
		task(map[string]any{"execution_mode": "single", "single_step": 3, "enable_sql_validation": false}):                at("/parameters/single_step:step_turned_off"),
		task(map[string]any{"execution_mode": "single", "single_step": 4, "enable_training_data_load": false}):            at("/parameters/single_step:step_turned_off"),
		task(map[string]any{"execution_mode": "single", "single_step": 4, "enable_sql_validation": false}):                "",
		task(map[string]any{"db_connection": "postgres://" + strings.Repeat("u", 9) + "@db/" + strings.Repeat("d", 129)}): at("/parameters/db_connection:connection_names_too_long"),
		task(map[string]any{"single_step": 1}):                                                                            at("/parameters/single_step:step_without_single_mode"),
		task(map[string]any{"execution_mode": "single", "single_step": 1, "end_step": 2}):                                 at("/parameters/end_step:range_with_single_mode"),
		task(map[string]any{"start_step": 3, "end_step": 2}):                                                              at("/parameters/end_step:empty_step_range"),
		task(map[string]any{"skip_steps": []any{1, 2, 3, 4}}):                                                             at("/parameters/end_step:empty_step_range"),
		task(map[string]any{"skip_steps": []any{"none"}}):                                                                 at("/parameters/skip_steps:unknown_step"),
		task(map[string]any{"connection_name": "shop"}):                                                                   at("/parameters/connection_name:only_one_of"),
		task(map[string]any{"db_connection": "postgres://ann:" + password + "@"}):                                         at("/parameters/db_connection:invalid_connection_string"),
		task(map[string]any{"table_list_file": "a.txt"}):                                                                  at("/parameters/tables:only_one_of /parameters/table_list_file:table_list_not_found"),
		task(map[string]any{"tables": nil, "table_list_file": 1}):                                                         at("/parameters/table_list_file:wrong_type"),
		task(map[string]any{"tables": nil, "table_list_file": "../secret"}):                                               at("/parameters/table_list_file:table_list_not_found"),
		task(map[string]any{"tables": strings.Fields(strings.Repeat("t ", 1001))}):                                        at("/parameters/tables:too_many"),
		task(map[string]any{"tables": []string{strings.Repeat("a,", 200)}}):                                               "",
		task(map[string]any{"tables": []any{1.5, true}}):                                                                  at("/parameters/tables/1:wrong_type"),
		task(map[string]any{"output_dir": "../x"}):                                                                        at("/parameters/output_dir:invalid_output_dir"),
		task(map[string]any{"output_dir": "/etc"}):                                                                        at("/parameters/output_dir:invalid_output_dir"),
		task(map[string]any{"output_dir": "/srv/training/a"}):                                                             "",
		task(map[string]any{"language": "fr"}):                                                                            at("/parameters/language:not_one_of"),
		task(map[string]any{"db_name": "a/b"}):                                                                            at("/parameters/db_name:invalid_name"),
		task(map[string]any{"business_context": strings.Repeat("图", 21846)}):                                              at("/parameters/business_context:too_long"),
		task(map[string]any{"business_context": "a\x00b"}):                                                                at("/parameters/business_context:invalid_character"),
		task(map[string]any{"enable_llm_repair": "no"}):                                                                   at("/parameters/enable_llm_repair:wrong_type"),
		`{"task_type":`: "malformed_json",
	} {
		r := w.do("POST", Prefix+"/tasks", body)
		if r.outline() != want || (want == "") != (r.status == 201) {
			t.Errorf("%.120s:\n got %d %s\nwant %s", body, r.status, r.outline(), want)
		}
		if strings.Contains(string(r.body), password) {
			t.Errorf("%.120s: the answer repeats the password", body)
		}
	}
}

// A part of a message that is made elsewhere is in the language of the rest.
func TestFaultOfAConnectionStringIsSaidInTheLanguageAskedFor(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	for language, want := range map[string]string{
		"zh": "不是可用的 PostgreSQL 连接字符串：缺少用户（user）。",
		"en": "It is not a usable PostgreSQL connection string: user is missing.",
	} {
		r := w.do("POST", Prefix+"/tasks", task(map[string]any{"db_connection": "postgres://db/shop"}), "Accept-Language", language)
		if r.status != 400 || r.Details[0].Message != want {
			t.Errorf("%s: %d %s", language, r.status, r.body)
		}
	}
}

func TestCreateTaskTakesJSONOnly(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	for kind, status := range map[string]int{
		"text/plain": 415, "application/x-www-form-urlencoded": 415, "application/json; charset=gbk": 415, "": 415,
		"application/json; charset=UTF-8": 201, "Application/JSON": 201,
	} {
		if r := w.do("POST", Prefix+"/tasks", task(nil), "Content-Type", kind); r.status != status {
			t.Errorf("%q: %d %s", kind, r.status, r.body)
		}
	}
}

func TestCreateTaskWithoutAKeyToSealWith(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t), func(o *Options) { o.Sealer = nil })
	if r := w.do("POST", Prefix+"/tasks", task(nil)); r.status != 503 || r.ErrorType != "sealing_not_configured" {
		t.Errorf("%d %s", r.status, r.body)
	}
	r := w.do("POST", Prefix+"/tasks", task(map[string]any{"db_connection": nil, "connection_name": "shop"}))
	if r.status != 201 || w.created(r.text("task_id")).Request.DBName != "shop" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestIdempotencyKey(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	const header = "Idempotency-Key"
	first := w.do("POST", Prefix+"/tasks", task(nil), header, "k1")
	again := w.do("POST", Prefix+"/tasks", " "+task(nil), header, "k1")
	if first.status != 201 || again.status != 201 || again.text("task_id") != first.text("task_id") {
		t.Fatalf("%s and %s", first.body, again.body)
	}
	if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%v and %v", first.header, again.header)
	}
	if r := w.do("POST", Prefix+"/tasks", task(map[string]any{"db_name": "other"}), header, "k1"); r.status != 422 || r.ErrorType != "idempotency_key_reused" {
		t.Errorf("another body: %d %s", r.status, r.body)
	}
	if r := w.do("POST", Prefix+"/tasks", task(nil), header, "k2"); r.text("task_id") == first.text("task_id") {
		t.Errorf("another key: %s", r.body)
	}
	for _, key := range []string{strings.Repeat("k", 256), "a b", "é"} {
		if r := w.do("POST", Prefix+"/tasks", task(nil), header, key); r.outline() != "validation_failed header:Idempotency-Key:invalid_idempotency_key" {
			t.Errorf("%q: %d %s", key, r.status, r.outline())
		}
	}
}

func TestWithoutNATSTheAnswerIsUnavailable(t *testing.T) {
	server := testkit.NATS(t)
	w := serveWrites(t, server.Broker(), func(o *Options) { o.Timeout = 300 * time.Millisecond })
	server.Stop()
	r := w.do("POST", Prefix+"/tasks", task(nil))
	if r.status != 503 || r.ErrorType != "broker_unavailable" || r.header.Get("Retry-After") == "" {
		t.Errorf("%d %s %v", r.status, r.body, r.header)
	}
}
