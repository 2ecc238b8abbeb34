package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

// client calls the gateway as any program would.
type client struct {
	t    *testing.T
	base string
}

// answer is what every call returns.
type answer struct {
	Success   bool            `json:"success"`
	Code      int             `json:"code"`
	ErrorType string          `json:"error_type"`
	Message   string          `json:"message"`
	Data      json.RawMessage `json:"data"`
}

// task is what the tests look at of GET /tasks/{id}.
type task struct {
	TaskID        string `json:"task_id"`
	Status        string `json:"status"`
	Progress      int    `json:"progress"`
	ErrorType     string `json:"error_type"`
	ErrorMessage  string `json:"error_message"`
	WarningsCount int    `json:"warnings_count"`
}

func (c *client) call(method, path string, body any) (answer, error) {
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		sent = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, sent)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }() // it has been read
	var a answer
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if a.Code != resp.StatusCode {
		return a, fmt.Errorf("%s %s: code %d in an answer of status %d", method, path, a.Code, resp.StatusCode)
	}
	return a, nil
}

// must is call for what has to succeed; out takes the data.
func (c *client) must(method, path string, body, out any) {
	c.t.Helper()
	a, err := c.call(method, path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if !a.Success {
		c.t.Fatalf("%s %s: %d %s: %s", method, path, a.Code, a.ErrorType, a.Message)
	}
	if out != nil {
		if err := json.Unmarshal(a.Data, out); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, a.Data)
		}
	}
}

// create starts a task on a database and returns its id.
func (c *client) create(dsn string, change func(parameters map[string]any)) string {
	c.t.Helper()
	parameters := map[string]any{"db_connection": dsn, "tables": []string{"public.*"}, "business_context": "a small shop", "language": "en"}
	if change != nil {
		change(parameters)
	}
	var made task
	c.must(http.MethodPost, "/tasks", map[string]any{"task_type": "complete_workflow", "parameters": parameters}, &made)
	return made.TaskID
}

// wait returns a task once it has come to rest.
func (c *client) wait(id string, limit time.Duration) task {
	c.t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); {
		var got task
		c.must(http.MethodGet, "/tasks/"+id+"?wait_seconds=10", nil, &got)
		if got.Status != "pending" && got.Status != "in_progress" {
			return got
		}
	}
	c.t.Fatalf("%s has not come to rest after %s", id, limit)
	return task{}
}
