package projection

import (
	"maps"

	"github.com/citu/datapipeline/events"
)

// Outputs are the registered files of a task by name.
type Outputs map[string]events.OutputRegistered

// ApplyOutput folds one event into the files of a task and returns them as they
// are then; o itself stays as it was. Events must come in the stream's order.
func ApplyOutput(o Outputs, e events.Event) Outputs {
	switch d := e.Data.(type) {
	case *events.OutputRegistered:
		o = maps.Clone(o)
		if o == nil {
			o = Outputs{}
		}
		o[d.Name] = *d
	case *events.OutputRemoved:
		o = maps.Clone(o)
		delete(o, d.Name)
	case *events.TaskDeleted:
		return nil
	}
	return o
}
