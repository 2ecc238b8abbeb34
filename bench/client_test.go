package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// client uses the gateway as any program would.
type client struct {
	b    *testing.B
	base string
	http *http.Client
}

func newClient(b *testing.B, address string) *client {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	b.Cleanup(transport.CloseIdleConnections)
	return &client{b: b, base: "http://" + address + "/api/v0/data_pipeline", http: &http.Client{Transport: transport}}
}

// post creates a task and returns its id.
func (c *client) post(parameters map[string]any) string {
	c.b.Helper()
	body, err := json.Marshal(map[string]any{"task_type": "complete_workflow", "parameters": parameters})
	if err != nil {
		c.b.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.b.Context(), http.MethodPost, c.base+"/tasks", bytes.NewReader(body))
	if err != nil {
		c.b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		c.b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Message string
		Data    struct {
			TaskID string `json:"task_id"`
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusCreated {
		c.b.Fatalf("%d %s, %v", resp.StatusCode, answer.Message, err)
	}
	return answer.Data.TaskID
}

// happening is an event as the stream of events tells it.
type happening struct {
	Type string
	Data struct {
		TaskID string `json:"task_id"`
	}
}

// follow delivers the events of all tasks, of the given types, from now on. The
// channel is closed when the stream ends, with the benchmark.
func (c *client) follow(types ...string) <-chan happening {
	c.b.Helper()
	req, err := http.NewRequestWithContext(c.b.Context(), http.MethodGet, c.base+"/events?types="+strings.Join(types, ","), http.NoBody)
	if err != nil {
		c.b.Fatal(err)
	}
	resp, err := c.http.Do(req) //nolint:bodyclose // Cleanup does
	if err != nil {
		c.b.Fatal(err)
	}
	happenings := make(chan happening, 1024)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(happenings)
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 4<<20)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var h happening
				if json.Unmarshal([]byte(data), &h) == nil && h.Data.TaskID != "" {
					happenings <- h
				}
			}
		}
	}()
	c.b.Cleanup(func() {
		_ = resp.Body.Close() // ends the goroutine
		<-done
	})
	if resp.StatusCode != http.StatusOK {
		c.b.Fatalf("events: %s", resp.Status)
	}
	return happenings
}

// patience is how long a benchmark waits for an event, before it fails.
const patience = 2 * time.Minute

// closing are the events that a task's run ends with.
var closing = []string{"task.completed", "task.partial_completed", "task.failed", "task.cancelled"}

// await takes events until one is of a type and about the task.
func (c *client) await(happenings <-chan happening, typ, task string) {
	c.b.Helper()
	for limit := time.After(patience); ; {
		h := c.next(happenings, limit)
		if h.Data.TaskID == task && h.Type == typ {
			return
		}
		if slices.Contains(closing, h.Type) {
			c.b.Fatalf("%s of %s instead of %s of %s", h.Type, h.Data.TaskID, typ, task)
		}
	}
}

// next takes an event, or fails at the limit.
func (c *client) next(happenings <-chan happening, limit <-chan time.Time) happening {
	c.b.Helper()
	select {
	case h, ok := <-happenings:
		if !ok {
			c.b.Fatal("the stream of events ended")
		}
		return h
	case <-limit:
		c.b.Fatalf("nothing more after %s", patience)
	}
	return happening{}
}
