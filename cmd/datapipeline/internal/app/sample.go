package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/sample"
)

// api is a gateway as any program calls it.
type api struct {
	base string // with the prefix
	lang string
}

// tried is what this program reads of a task.
type tried struct {
	TaskID string `json:"task_id"`
	Status string `json:"status"`
}

// call sends a request and decodes the data of its answer.
func (a api) call(ctx context.Context, method, path string, body, out any) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(sent))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", a.lang)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it has been read
	var answer struct {
		Success bool            `json:"success"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if !answer.Success {
		return errors.New(answer.Message)
	}
	return json.Unmarshal(answer.Data, out)
}

// listed is what this program reads of a list of tasks.
type listed struct {
	Tasks []tried `json:"tasks"`
	// Lag is how many events are not recorded yet.
	Lag *struct {
		Events uint64 `json:"events"`
	} `json:"lag"`
}

// sampleTask returns the task on the sample database: the newest one that has
// not failed, or else a new one.
func (a api) sampleTask(ctx context.Context, t terminal) (tried, error) {
	list, err := a.current(ctx, "/tasks?limit=1&db_name="+url.QueryEscape(sample.Database))
	if err != nil {
		return tried{}, err
	}
	if len(list.Tasks) > 0 && list.Tasks[0].Status != "failed" && list.Tasks[0].Status != "cancelled" {
		return list.Tasks[0], nil
	}
	var made tried
	err = a.call(ctx, http.MethodPost, "/tasks", map[string]any{
		"task_type": "complete_workflow",
		"parameters": map[string]any{
			"connection_name": sample.Database, "tables": sample.Tables(), "business_context": sample.BusinessContext(t.lang),
			"db_name": sample.Database, "language": t.lang,
		},
	}, &made)
	return made, err
}

// readyLimit bounds the wait for services that begin.
const readyLimit = 30 * time.Second

// errBehind says that a list did not catch up with the events.
var errBehind = errors.New("the events are not recorded yet")

// current reads a list until the services are ready and have recorded all that
// happened before, a kill included.
func (a api) current(ctx context.Context, path string) (listed, error) {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	for {
		var list listed
		err := a.call(ctx, http.MethodGet, path, nil, &list)
		if err == nil && list.Lag != nil && list.Lag.Events == 0 {
			return list, nil
		}
		select {
		case <-ctx.Done():
			return listed{}, cmp.Or(err, errBehind)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
