package spool_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/spool"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestRecordsComeOutAsTheyWentIn holds a queue to a plain slice, over every
// mix of memory, file and full.
func TestRecordsComeOutAsTheyWentIn(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		q := spool.New(dir, spool.Limits{Memory: 64, Disk: 256})
		defer func() { _ = q.Close() }()
		full, cancel := context.WithCancel(t.Context())
		cancel() // a queue that is full answers at once
		var model [][]byte
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				record := rapid.SliceOfN(rapid.Byte(), 1, 80).Draw(t, "record")
				switch err := q.Push(full, record); {
				case err == nil:
					model = append(model, record)
				case !errors.Is(err, context.Canceled):
					t.Fatal(err)
				case len(model) == 0:
					t.Fatal("an empty queue is full")
				}
			},
			"pop": func(t *rapid.T) {
				record, err := q.Pop(full)
				if len(model) == 0 {
					if !errors.Is(err, context.Canceled) {
						t.Fatalf("an empty queue gave %q, %v", record, err)
					}
					return
				}
				if err != nil || !bytes.Equal(record, model[0]) {
					t.Fatalf("got %q, %v; want %q", record, err, model[0])
				}
				model = model[1:]
			},
		})
	})
}

func TestAWriterWaitsForRoom(t *testing.T) {
	q := spool.New(t.TempDir(), spool.Limits{Memory: 10, Disk: 40})
	defer func() { _ = q.Close() }()
	const count = 50
	done := make(chan error, 1)
	go func() {
		for i := range count {
			if err := q.Push(t.Context(), fmt.Appendf(nil, "record %d", i)); err != nil {
				done <- err
				return
			}
		}
		q.Finish()
		done <- nil
	}()
	for i := range count {
		record, err := q.Pop(t.Context())
		if err != nil || string(record) != fmt.Sprintf("record %d", i) {
			t.Fatalf("record %d: %q, %v", i, record, err)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, err := q.Pop(t.Context()); !errors.Is(err, spool.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestClosingFreesEverything(t *testing.T) {
	dir := t.TempDir()
	q := spool.New(dir, spool.Limits{Memory: 1, Disk: 20})
	for _, record := range []string{"in memory", "in the file"} {
		if err := q.Push(t.Context(), []byte(record)); err != nil {
			t.Fatal(err)
		}
	}
	waiting := make(chan error, 1)
	go func() { waiting <- q.Push(t.Context(), []byte("too much")) }()
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, spool.ErrClosed) {
		t.Errorf("the waiting writer: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
