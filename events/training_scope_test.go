package events_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
)

func TestTrainingScope(t *testing.T) {
	load := events.LoadID(exampleTask, at)
	if load != "task_20250701_143052_load_20250701_143052" || !events.ValidLoadID(load) {
		t.Errorf("load id %s", load)
	}
	for _, tt := range []struct {
		name  string
		scope events.TrainingScope
		task  string
		valid bool
	}{
		{"a database", events.TrainingScope{Database: "db:5432/highway"}, events.NoTask, true},
		{"a task", events.TrainingScope{TaskID: exampleTask}, exampleTask, true},
		{"a load", events.TrainingScope{LoadID: load}, exampleTask, true},
		{"documents", events.TrainingScope{IDs: []string{"a-sql"}}, events.NoTask, true},
		{"nothing", events.TrainingScope{}, events.NoTask, false},
		{"two things", events.TrainingScope{Database: "db:5432/highway", TaskID: exampleTask}, exampleTask, false},
		{"a database's name alone", events.TrainingScope{Database: "highway"}, events.NoTask, false},
		{"no task", events.TrainingScope{TaskID: events.NoTask}, events.NoTask, false},
		{"a load of no task", events.TrainingScope{LoadID: "_load_20250701_143052"}, events.NoTask, false},
		{"an empty id", events.TrainingScope{IDs: []string{""}}, events.NoTask, false},
		{"too many ids", events.TrainingScope{IDs: slices.Repeat([]string{"a"}, events.MaxTrainingIDs+1)}, events.NoTask, false},
		{"a long id", events.TrainingScope{IDs: []string{strings.Repeat("a", 129)}}, events.NoTask, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := &events.TrainingDeleteRequested{TrainingScope: tt.scope, Actor: "li.na"}
			if err := e.Validate(); (err == nil) != tt.valid || err != nil && !errors.Is(err, events.ErrInvalid) {
				t.Errorf("Validate() = %v", err)
			}
			if e.Task() != tt.task {
				t.Errorf("Task() = %q, want %q", e.Task(), tt.task)
			}
		})
	}
}
