package test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// eventually waits until a condition holds.
func (d *deployment) eventually(limit time.Duration, what string, holds func() bool) {
	d.t.Helper()
	for end := time.Now().Add(limit); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatalf("after %s still not: %s", limit, what)
		}
	}
}

// count runs a query that returns one number.
func (d *deployment) count(query string, args ...any) int {
	d.t.Helper()
	var n int
	if err := d.db.QueryRow(d.t.Context(), query, args...).Scan(&n); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// recorded waits until the recorder has everything that the streams hold.
func (d *deployment) recorded(limit time.Duration) {
	d.t.Helper()
	for _, stream := range []string{events.StreamPipeline, events.StreamLogs} {
		state, err := d.broker.State(d.t.Context(), stream)
		if err != nil {
			d.t.Fatal(err)
		}
		d.eventually(limit, "the recorder has reached the end of "+stream, func() bool {
			return d.count(`SELECT coalesce(max(sequence), 0) FROM data_pipeline_positions WHERE stream = $1`, stream) >= int(state.Last)
		})
	}
}

// history is a task's events in order.
func (d *deployment) history(id string) []events.Event {
	d.t.Helper()
	var list []events.Event
	if err := d.broker.History(d.t.Context(), id, 0, func(e events.Event) error { list = append(list, e); return nil }); err != nil {
		d.t.Fatal(err)
	}
	return list
}

// whole checks that a completed task left exactly what it should: each step
// completed once by the attempt that counts, a row for each event and for each
// file, and files that match their hashes.
func (d *deployment) whole(id string) {
	d.t.Helper()
	list := d.history(id)
	var t projection.Task
	effective := map[events.Step]int{}
	for _, e := range list {
		next := projection.Apply(t, e)
		for _, step := range events.Steps() {
			if t.Steps[step].Status != projection.Completed && next.Steps[step].Status == projection.Completed {
				effective[step]++
			}
		}
		t = next
	}
	if t.Status != projection.Completed || len(effective) != 4 {
		d.t.Errorf("%s is %s, %v", id, t.Status, t.Failure)
		return
	}
	for step, n := range effective {
		if n != 1 {
			d.t.Errorf("%s: %s took effect %d times", id, step, n)
		}
	}
	if n := d.count(`SELECT count(*) FROM data_pipeline_events WHERE task_id = $1`, id); n != len(list) {
		d.t.Errorf("%s: %d rows of %d events", id, n, len(list))
	}
	d.files(id, t)
}

// files compares manifests, rows, the bucket and the page for people.
func (d *deployment) files(id string, t projection.Task) {
	d.t.Helper()
	rows, err := d.db.Query(d.t.Context(), `SELECT file_name, file_path, content_hash, is_primary FROM data_pipeline_task_outputs WHERE task_id = $1`, id)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	registered := map[string]string{}
	promised := documentedFiles(d.t, filePages[0])
	for rows.Next() {
		var name, path, hash string
		var primary bool
		if err := rows.Scan(&name, &path, &hash, &primary); err != nil {
			d.t.Fatal(err)
		}
		registered[name] = hash
		if f, ok := documented(promised, name); !ok || f.primary != primary {
			d.t.Errorf("%s: %s (primary: %t) is not on the page of files as that", id, name, primary)
		}
		if got, err := hashOf(filepath.Join(d.bucket, path)); err != nil || got != hash {
			d.t.Errorf("%s: %s does not match its row: %v", id, name, err)
		}
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	for name := range t.Files("") {
		if registered[name] == "" {
			d.t.Errorf("%s: %s is in a manifest and has no row", id, name)
		}
	}
	onDisk, err := os.ReadDir(filepath.Join(d.bucket, id))
	if err != nil || len(onDisk) != len(registered) {
		names := slices.Collect(func(yield func(string) bool) {
			for _, f := range onDisk {
				if registered[f.Name()] == "" && !yield(f.Name()) {
					return
				}
			}
		})
		d.t.Errorf("%s: %d files, %d rows (%v); without a row: %s", id, len(onDisk), len(registered), err, strings.Join(names, ", "))
	}
}

func hashOf(path string) (string, error) {
	b, err := os.ReadFile(path)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// post creates a task, waiting out a gateway that asks for patience.
func (d *deployment) post(parameters map[string]any) (task, error) {
	a, err := d.api.call(http.MethodPost, "/tasks", map[string]any{"task_type": "complete_workflow", "parameters": parameters})
	if err != nil {
		return task{}, err
	}
	if !a.Success {
		return task{}, errors.New(a.ErrorType + ": " + a.Message)
	}
	return decode[task](a)
}
