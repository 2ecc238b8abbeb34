package projection_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

func TestOutputsAreWhatWasRegisteredLast(t *testing.T) {
	register := func(name string, size int64) events.Data {
		return &events.OutputRegistered{TaskID: taskID, File: events.File{Name: name, Size: size}}
	}
	var files projection.Outputs
	for _, step := range []struct {
		data events.Data
		want []string
	}{
		{&events.OutputRemoved{TaskID: taskID, Name: "never there"}, nil},
		{register("a.ddl", 1), []string{"a.ddl"}},
		{register("b.ddl", 2), []string{"a.ddl", "b.ddl"}},
		{register("a.ddl", 3), []string{"a.ddl", "b.ddl"}},
		{&events.OutputRemoved{TaskID: taskID, Name: "b.ddl"}, []string{"a.ddl"}},
		{&events.OutputScanned{TaskID: taskID, Files: 1}, []string{"a.ddl"}},
	} {
		files = projection.ApplyOutput(files, events.New("filescan", step.data))
		if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, step.want) {
			t.Errorf("after %s: %v, want %v", step.data.Type(), got, step.want)
		}
	}
	if files["a.ddl"].Size != 3 {
		t.Errorf("the earlier registration stands: %+v", files["a.ddl"])
	}
	if files = projection.ApplyOutput(files, events.New("gateway", &events.TaskDeleted{TaskID: taskID})); len(files) > 0 {
		t.Errorf("a deleted task has %v", files)
	}
}

// A fold over many files costs each once.
func BenchmarkApplyOutput(b *testing.B) {
	all := make([]events.Event, events.MaxFiles)
	for i := range all {
		name := fmt.Sprintf("table_%d.ddl", i)
		all[i] = events.Event{Data: &events.OutputRegistered{TaskID: taskID, File: events.File{Name: name}}}
	}
	for b.Loop() {
		var files projection.Outputs
		for _, e := range all {
			files = projection.ApplyOutput(files, e)
		}
	}
}
