package events_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/citu/datapipeline/events"
)

var update = flag.Bool("update", false, "write the golden files anew")

// wire is a message as its golden file shows it.
type wire struct {
	Subject string            `json:"subject"`
	Header  map[string]string `json:"header"`
	Data    json.RawMessage   `json:"data"`
}

func example(d events.Data) events.Event {
	return events.Event{ID: "0197c4a0-3c5b-7d10-9b1e-5f6b2a7c8d90", Source: events.SourcePrefix + "example", Time: at, Data: d,
		TraceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
}

// TestGolden holds the bytes of every event type still: a subscriber written
// against them a year ago reads them today.
func TestGolden(t *testing.T) {
	all := examples()
	if len(all) != len(events.Types()) {
		t.Fatalf("%d examples of %d types", len(all), len(events.Types()))
	}
	for name, d := range all {
		t.Run(string(name), func(t *testing.T) {
			msg, err := events.Encode(example(d))
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("testdata", string(name)+".json"), msg)
			decoded, err := events.Decode(msg.Subject, msg.Header, msg.Data)
			if err != nil {
				t.Fatal(err)
			}
			again, err := events.Encode(decoded)
			if err != nil || !bytes.Equal(again.Data, msg.Data) || !reflect.DeepEqual(again.Header, msg.Header) {
				t.Errorf("decoding and encoding again changed the event: %v\n%s\n%s", err, msg.Data, again.Data)
			}
		})
	}
}

func compareGolden(t *testing.T, path string, msg *nats.Msg) {
	t.Helper()
	w := wire{Subject: msg.Subject, Header: map[string]string{}, Data: msg.Data}
	for key := range msg.Header {
		w.Header[key] = msg.Header.Get(key)
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(w); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs; if the change is an addition, run with -update\ngot  %s\nwant %s", path, got.Bytes(), want)
	}
}

// TestDecodeRefuses names what is wrong and wraps ErrInvalid, whatever it is.
func TestDecodeRefuses(t *testing.T) {
	good := func() *nats.Msg {
		msg, err := events.Encode(example(examples()[events.TypeStepProgressed]))
		if err != nil {
			t.Fatal(err)
		}
		return msg
	}
	cases := map[string]struct {
		spoil func(*nats.Msg)
		says  string
	}{
		"another specversion":  {func(m *nats.Msg) { m.Header.Set("ce-specversion", "0.3") }, "ce-specversion"},
		"no id":                {func(m *nats.Msg) { m.Header.Del("ce-id") }, "ce-id"},
		"an unknown type":      {func(m *nats.Msg) { m.Header.Set("ce-type", "step.paused") }, "unknown event type"},
		"a broken time":        {func(m *nats.Msg) { m.Header.Set("ce-time", "yesterday") }, "ce-time"},
		"broken JSON":          {func(m *nats.Msg) { m.Data = m.Data[:len(m.Data)-1] }, "JSON"},
		"another task's place": {func(m *nats.Msg) { m.Subject = "pipeline.step.progressed.task_20990101_000000" }, "belongs on"},
		"a field out of range": {func(m *nats.Msg) {
			m.Data = bytes.Replace(m.Data, []byte(`"progress":50`), []byte(`"progress":101`), 1)
		}, "progress"},
		"a field missing": {func(m *nats.Msg) { m.Data = bytes.Replace(m.Data, []byte(`"request":41`), []byte(`"rquest":41`), 1) }, "request"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			msg := good()
			c.spoil(msg)
			_, err := events.Decode(msg.Subject, msg.Header, msg.Data)
			if !errors.Is(err, events.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want ErrInvalid that says %q", err, c.says)
			}
		})
	}
}

// TestEncodeRefusesWhatDecodeWould keeps a sender from breaking the contract.
func TestEncodeRefusesWhatDecodeWould(t *testing.T) {
	for name, create := range map[string]func() events.Data{
		"an empty task":            func() events.Data { return &events.TaskStarted{} },
		"steps in the wrong order": func() events.Data { return withSteps(events.StepQA, events.StepDDL) },
		"a step run and skipped":   func() events.Data { return withSteps(events.StepLoad) },
		"a manifest without hash": func() events.Data {
			return &events.StepCompleted{Execution: exampleExecution, CompletedAt: at, Result: json.RawMessage(`{}`), Manifest: []events.File{{Name: "a"}}}
		},
	} {
		if _, err := events.Encode(example(create())); !errors.Is(err, events.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

func withSteps(s ...events.Step) events.Data {
	r := exampleRequest()
	r.Steps = s
	return &events.TaskExecutionRequested{TaskID: exampleTask, Request: r}
}

// FuzzDecode: whatever comes in, Decode refuses it with ErrInvalid or returns
// an event that encodes.
func FuzzDecode(f *testing.F) {
	for name, d := range examples() {
		msg, err := events.Encode(example(d))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(msg.Subject, string(name), msg.Data)
	}
	f.Fuzz(func(t *testing.T, subject, name string, body []byte) {
		msg, err := events.Encode(example(examples()[events.TypeStepStarted]))
		if err != nil {
			t.Fatal(err)
		}
		msg.Header.Set(events.HeaderType, name)
		e, err := events.Decode(subject, msg.Header, body)
		if err != nil {
			if !errors.Is(err, events.ErrInvalid) {
				t.Errorf("refused without ErrInvalid: %v", err)
			}
			return
		}
		if _, err := events.Encode(e); err != nil {
			t.Errorf("decoded what cannot be encoded: %v", err)
		}
	})
}
