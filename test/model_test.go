package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/citu/datapipeline/internal/testkit/modelserver"
)

type said = map[string]any

// scripted answers every prompt about the shop, now and then wrongly: of each
// theme's pairs one reads a table that there is not, and one is misspelt.
func scripted(r modelserver.Request) modelserver.Reply {
	switch r.Name {
	case "comments":
		return modelserver.JSON(said{"tables": []said{
			{"table": "customer", "comment": "Customers of the shop", "columns": []said{{"name": "city", "comment": "Home town"}}},
			{"table": "invoice", "comment": "There is no such table", "columns": []said{}},
		}})
	case "themes":
		return modelserver.JSON(said{"themes": []said{{"name": "Shop sales", "description": "Who buys what and when.",
			"tables": []string{"public.customer", "public.product", "public.purchase"}, "entities": []string{"customer"}, "metrics": []string{"purchases"}}}})
	case "questions":
		pairs := []said{
			{"question": "What is the total of all invoices?", "sql": "SELECT SUM(total) FROM invoice"},
			{"question": "Which customers are named in full?", "sql": "SELECT c.full_name FROM customer c"},
		}
		for n := range 12 {
			pairs = append(pairs, said{"question": fmt.Sprintf("Which customers bought more than %d items of one product at once?", n),
				"sql": fmt.Sprintf("SELECT DISTINCT c.name FROM customer c JOIN purchase p ON p.customer_id = c.id JOIN product x ON x.id = p.product_id WHERE p.quantity > %d ORDER BY c.name", n)})
		}
		return modelserver.JSON(said{"pairs": pairs})
	}
	return modelserver.JSON(said{"sql": "SELECT name FROM customer"})
}

// TestATaskWithAFaultyModelEndsInAnHonestReport meets every fault that real
// endpoints have, in one deployment.
func TestATaskWithAFaultyModelEndsInAnHonestReport(t *testing.T) {
	server := modelserver.New(t)
	server.Answer(scripted)
	server.SetBatchLimit(10)
	server.Refuse("json_schema", modelserver.RefusalDeepSeek)
	server.Fault(modelserver.RateLimited("1"), modelserver.Truncated, modelserver.Status(http.StatusInternalServerError, "oops"),
		modelserver.Hanging, modelserver.Fenced, modelserver.Saying("no JSON at all"), modelserver.Broken, modelserver.Thinking,
		modelserver.Saying(`{"pairs":[{"question":"only one?"}]}`), modelserver.Empty, modelserver.Uncounted)
	server.FaultEmbedding(modelserver.Status(http.StatusInternalServerError, "oops"), modelserver.RateLimited(""))
	d := deploy(t, 1, "DP_LLM_BASE_URL", server.URL(), "DP_LLM_API_KEY", modelserver.Key, "DP_LLM_MODEL", "scripted-1", "DP_LLM_TIMEOUT", "1s",
		"DP_LLM_CACHE_URL", "off", "DP_EMBEDDING_BASE_URL", server.URL(), "DP_EMBEDDING_API_KEY", modelserver.Key, "DP_EMBEDDING_MODEL", "scripted-embed")
	id := d.completed(nil)
	var report struct {
		Pairs struct{ Total, Usable int }
		Model struct {
			Models           []string
			Requests, Failed int
			Tokens           int64 `json:"prompt_tokens"`
		} `json:"model_usage"`
		Validation struct {
			Verdicts []struct {
				Name  string
				Pairs int
			}
		}
		Spread struct {
			Sources []struct {
				Name  string
				Pairs int
			}
		}
		Retrieval *struct{ Embedder string }
		Problems  []string
	}
	content, err := os.ReadFile(filepath.Join(d.bucket, id, "quality_report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &report); err != nil {
		t.Fatal(err)
	}
	asked := len(report.Model.Models) == 1 && report.Model.Requests > 3 && report.Model.Failed > 0 && report.Model.Tokens > 0
	if !asked || len(report.Problems) == 0 || report.Pairs.Usable < 10 || report.Retrieval == nil {
		t.Errorf("the report is %+v", report)
	}
	for _, source := range report.Spread.Sources {
		if source.Name == "model" && source.Pairs == 0 {
			t.Errorf("nothing of the model's is left: %+v", report.Spread)
		}
	}
	for _, p := range d.pairs(id, "&verdict=valid,empty_result") {
		if strings.Contains(p.SQL, "invoice") || strings.Contains(p.SQL, "full_name") {
			t.Errorf("an invented name is valid: %+v", p)
		}
	}
	d.keyless(id)
}

// keyless checks that the model's key is in no file and no log.
func (d *deployment) keyless(id string) {
	d.t.Helper()
	for name, content := range d.folder(id) {
		if strings.Contains(content, modelserver.Key) {
			d.t.Errorf("%s holds the model's key", name)
		}
	}
	log, err := os.ReadFile(filepath.Join(d.bucket, id, "data_pipeline.log"))
	if err != nil || strings.Contains(string(log)+d.executor.log.String(), modelserver.Key) {
		d.t.Errorf("a log holds the model's key: %v", err)
	}
}
