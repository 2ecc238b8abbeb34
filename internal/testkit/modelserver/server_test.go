package modelserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/citu/datapipeline/internal/testkit/modelserver"
)

// post sends a body with the right key and returns the status and the answer.
func post(t *testing.T, server *modelserver.Server, path, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+modelserver.Key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	got, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(got)
}

const chat = `{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Name themes."}],
	"response_format":{"type":"json_schema","json_schema":{"name":"themes","strict":true,"schema":{"type":"object"}}}}`

func TestAnswersAndRecords(t *testing.T) {
	server := modelserver.New(t)
	server.Answer(func(r modelserver.Request) modelserver.Reply {
		return modelserver.JSON(map[string]string{"asked": r.Name, "user": r.User()})
	})
	status, body := post(t, server, "/chat/completions", chat)
	if status != http.StatusOK || !strings.Contains(body, `{\"asked\":\"themes\",\"user\":\"Name themes.\"}`) || !strings.Contains(body, `"total_tokens":150`) {
		t.Errorf("%d %s", status, body)
	}
	seen := server.Requests()
	if len(seen) != 1 || seen[0].Format != "json_schema" || string(seen[0].Schema) != `{"type":"object"}` || seen[0].System() != "Be brief." {
		t.Fatalf("saw %+v", seen)
	}
	if seen[0].Header.Get("Authorization") != "" {
		t.Error("the key is kept")
	}
}

func TestFaultsMeetOneRequestEach(t *testing.T) {
	server := modelserver.New(t)
	server.Answer(func(modelserver.Request) modelserver.Reply { return modelserver.Text(`{"a":1}`) })
	server.Fault(modelserver.RateLimited("7"), modelserver.Status(500, "boom"), modelserver.Truncated, modelserver.Fenced, modelserver.Thinking)
	for _, want := range []struct {
		status int
		part   string
	}{
		{429, "Rate limit"}, {500, "boom"}, {200, `"finish_reason":"length"`}, {200, "```json"}, {200, "think"}, {200, `"content":"{\"a\":1}"`},
	} {
		if status, body := post(t, server, "/chat/completions", chat); status != want.status || !strings.Contains(body, want.part) {
			t.Errorf("got %d %s, want %d with %s", status, body, want.status, want.part)
		}
	}
}

func TestRefusesAFormatUntilTheClientFallsBack(t *testing.T) {
	server := modelserver.New(t)
	server.Refuse("json_schema", modelserver.RefusalVLLM)
	if status, body := post(t, server, "/chat/completions", chat); status != http.StatusBadRequest || !strings.Contains(body, "response_format") {
		t.Errorf("%d %s", status, body)
	}
	plain := `{"model":"m","messages":[{"role":"system","content":"Answer in JSON schema \"themes\"."}],"response_format":{"type":"json_object"}}`
	if status, _ := post(t, server, "/chat/completions", plain); status != http.StatusOK {
		t.Errorf("json_object gives %d", status)
	}
	if seen := server.Requests(); seen[1].Name != "themes" {
		t.Errorf("name %q", seen[1].Name)
	}
}

func TestEmbeds(t *testing.T) {
	server := modelserver.New(t)
	server.SetBatchLimit(2)
	server.SetDimension(8)
	status, body := post(t, server, "/embeddings", `{"model":"e","input":["a b","b a"]}`)
	var got struct {
		Data []struct{ Embedding []float32 }
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if len(got.Data) != 2 || len(got.Data[0].Embedding) != 8 || got.Data[0].Embedding[0] != got.Data[1].Embedding[0] {
		t.Errorf("got %+v", got)
	}
	if status, body := post(t, server, "/embeddings", `{"model":"e","input":["a","b","c"]}`); status != http.StatusBadRequest || !strings.Contains(body, "batch size") {
		t.Errorf("three texts: %d %s", status, body)
	}
}

func TestRefusesAnotherKey(t *testing.T) {
	server := modelserver.New(t)
	response, err := http.Post(server.URL()+"/chat/completions", "application/json", strings.NewReader(chat))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestHangsUntilTheClientGivesUp(t *testing.T) {
	server := modelserver.New(t)
	server.Fault(modelserver.Hanging)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL()+"/chat/completions", strings.NewReader(chat))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+modelserver.Key)
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
}
