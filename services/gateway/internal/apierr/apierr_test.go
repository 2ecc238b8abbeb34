package apierr

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"testing"

	"github.com/citu/datapipeline/events"
)

var verb = regexp.MustCompile(`%(\[\d+\])?[a-z]`)

func TestEveryTypeSpeaksBothLanguagesWithTheSameParameters(t *testing.T) {
	for name, r := range catalogue {
		if r.zh == "" || r.en == "" {
			t.Errorf("%s lacks a language", name)
		}
		if r.status < 400 || r.status > 599 {
			t.Errorf("%s has status %d", name, r.status)
		}
		zh, en := verb.FindAllString(r.zh, -1), verb.FindAllString(r.en, -1)
		if !slices.Equal(zh, en) {
			t.Errorf("%s takes %v in Chinese and %v in English", name, zh, en)
		}
	}
}

func TestTablesDoNotShareTypes(t *testing.T) {
	if sum := len(general) + len(faults) + len(writes) + len(reads) + len(pairs) + len(training); sum != len(catalogue) {
		t.Errorf("%d rows make %d types", sum, len(catalogue))
	}
}

func TestErrorKeepsItsCauseForLogsOnly(t *testing.T) {
	err := New(TaskNotFound, "task_20250701_143052").Because(io.ErrUnexpectedEOF)
	if !errors.Is(err, io.ErrUnexpectedEOF) || !Is(err, TaskNotFound) || Is(err, InternalError) {
		t.Errorf("%v lost its cause or its type", err)
	}
	if got, want := err.Message(events.English), "There is no task task_20250701_143052; the list of tasks names those there are."; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
}
