package httpapi

import (
	"strings"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
	"github.com/citu/datapipeline/services/gateway/internal/outputdir"
)

// Whatever is taken makes an event that keeps the contract, and holds no
// password; whatever is not is the caller's fault.
func FuzzTaskBody(f *testing.F) {
	_, recipient, err := seal.NewIdentity()
	if err != nil {
		f.Fatal(err)
	}
	sealer, err := seal.NewSealer(recipient)
	if err != nil {
		f.Fatal(err)
	}
	a := &API{Options: Options{Language: events.Chinese, Writes: Writes{Output: outputdir.New("/srv/training"), Sealer: sealer}}}
	for _, changes := range []map[string]any{
		nil,
		{"execution_mode": "single", "single_step": 3, "output_dir": "a/b"},
		{"start_step": "qa_generation", "end_step": 4, "skip_steps": []any{3}, "language": "en", "db_name": "店"},
		{"db_connection": "host=db user='" + strings.Repeat("图", 2000) + "' dbname=x"},
		{"db_connection": nil, "connection_name": "shop", "tables": []string{`"`, "a,b # c"}},
	} {
		f.Add(task(changes))
	}
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "table_list_file") || strings.Contains(body, `\u`) {
			return // lists are in the broker, and a name may be spelt with escapes
		}
		o, err := jsonbody.Parse([]byte(body))
		if err != nil {
			return
		}
		n, err := a.readTask(t.Context(), o, "api")
		if err != nil {
			if !apierr.Is(err, apierr.ValidationFailed) {
				t.Fatalf("%s: %v", body, err)
			}
			return
		}
		n.Request.Runner, n.Request.OutputPrefix = events.RunnerPool, n.OutputDir
		msg, err := events.Encode(events.New("gateway", &events.TaskCreated{
			TaskID: "task_20250701_143052", TaskType: events.TaskTypeComplete, CreatedAt: time.Now(), CreatedBy: n.Actor,
			Parameters: n.Parameters, Request: n.Request,
		}))
		if err != nil {
			t.Fatalf("%s was taken: %v", body, err)
		}
		if len(msg.Data) > 1<<20 || strings.Contains(string(msg.Data), password) {
			t.Fatalf("%s makes an event of %d bytes", body, len(msg.Data))
		}
	})
}
