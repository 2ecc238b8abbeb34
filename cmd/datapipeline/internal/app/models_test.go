package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/app"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
)

// A task run by hand asks the models that the environment names, with a key
// from a file, and keeps the answers in the user's cache folder: a second run
// elsewhere asks nothing twice.
func TestRunAsksTheModelsOfTheEnvironment(t *testing.T) {
	server := modelserver.New(t)
	server.Answer(func(r modelserver.Request) modelserver.Reply {
		if r.Name != "comments" {
			return modelserver.Text("I would rather not.")
		}
		return modelserver.JSON(map[string]any{"tables": []any{map[string]any{
			"table": "public.customer", "comment": "", "columns": []map[string]string{{"name": "city", "comment": "Where the customer lives"}},
		}}})
	})
	cache, dsn := t.TempDir(), business(t)
	for name, value := range map[string]string{
		"XDG_CACHE_HOME":  cache,
		"DP_LLM_BASE_URL": server.URL(), "DP_LLM_MODEL": "m-1", "DP_LLM_API_KEY_FILE": file(t, "key", modelserver.Key+"\n"),
		"DP_LLM_EXTRA_BODY":     `{"temperature": 0}`,
		"DP_EMBEDDING_BASE_URL": server.URL(), "DP_EMBEDDING_MODEL": "e-1", "DP_EMBEDDING_API_KEY": modelserver.Key, "DP_EMBEDDING_BATCH_SIZE": "7",
	} {
		t.Setenv(name, value)
	}
	ask := func() (folder string) {
		dir := t.TempDir()
		run(t, "--db-connection", dsn, "--table-list", file(t, "tables.txt", "public.customer, public.sale"), "--business-context", "A shop.",
			"--output-dir", dir, "--execution-mode=single", "--single-step=1").want(t, app.ExitDone)
		if n := has(t, dir, ".model_cache"); n > 0 {
			t.Error("answers are kept in the output folder")
		}
		return dir
	}
	if ddl, err := os.ReadFile(filepath.Join(ask(), "customer.ddl")); err != nil || !strings.Contains(string(ddl), "-- Where the customer lives") {
		t.Errorf("customer.ddl: %v\n%s", err, ddl)
	}
	if n := len(server.Requests()); n != 1 || !strings.Contains(string(server.Requests()[0].Body), `"temperature":0`) {
		t.Errorf("%d requests", n)
	}
	if n := has(t, filepath.Join(cache, "datapipeline", "models"), "*/*"); n != 1 {
		t.Errorf("%d answers are kept", n)
	}
	ask()
	if n := len(server.Requests()); n != 1 {
		t.Errorf("%d requests after the second run", n)
	}
}

// A key that is wrong is named on the terminal, in the log and in the report,
// and repeated nowhere, though the endpoint repeats it.
func TestRunSaysWhyTheModelIsNotUsed(t *testing.T) {
	const wrong = "sk-0123456789abcdef"
	server := modelserver.New(t)
	for name, value := range map[string]string{
		"XDG_CACHE_HOME": t.TempDir(), "DP_LLM_BASE_URL": server.URL(), "DP_LLM_MODEL": "m-1", "DP_LLM_API_KEY": wrong,
	} {
		t.Setenv(name, value)
	}
	dir := t.TempDir()
	r := run(t, "--db-connection", business(t), "--table-list", file(t, "tables.txt", "public.*"), "--business-context", "A shop.", "--output-dir", dir, "--skip-training-load")
	r.want(t, app.ExitDone)
	folder := single(t, dir, "manual_*")
	told := map[string]string{"terminal": r.out + r.err}
	for _, name := range []string{"data_pipeline.log", "quality_report.md", "quality_report.json"} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		told[name] = string(content)
	}
	for where, text := range told {
		if !strings.Contains(text, "HTTP 401: check DP_LLM_API_KEY") || strings.Contains(text, wrong) {
			t.Errorf("%s:\n%s", where, text)
		}
	}
	if n := len(server.Requests()); !strings.Contains(r.out, fmt.Sprintf("%d requests (0 more from the cache), %[1]d of them failed (HTTP 401: check DP_LLM_API_KEY)", n)) {
		t.Errorf("%d requests were sent:\n%s", n, r.out)
	}
}

func TestRunNamesFaultsOfTheModelsSettings(t *testing.T) {
	t.Setenv("DP_LLM_BASE_URL", "api.example.com")
	t.Setenv("DP_LLM_API_KEY", "sk-0123456789")
	r := run(t, "--db-connection", business(t), "--table-list", file(t, "tables.txt", "customer"), "--business-context", "A shop.",
		"--output-dir", t.TempDir(), "--execution-mode=single", "--single-step=1")
	if r.code == app.ExitDone || !strings.Contains(r.err, "DP_LLM_MODEL") || strings.Contains(r.err, "sk-0123456789") {
		t.Errorf("exit code %d:\n%s", r.code, r.err)
	}
}
