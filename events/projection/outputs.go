package projection

import "github.com/citu/datapipeline/events"

// Outputs are the registered files of a task by name.
type Outputs map[string]events.OutputRegistered

// ApplyOutput folds one event into the files of a task and returns them as they
// are then. Like append it may change o, of which only what it returns is to be
// used: a task can have thousands of files. Events must come in the stream's
// order.
func ApplyOutput(o Outputs, e events.Event) Outputs {
	switch d := e.Data.(type) {
	case *events.OutputRegistered:
		if o == nil {
			o = Outputs{}
		}
		o[d.Name] = *d
	case *events.OutputRemoved:
		delete(o, d.Name)
	case *events.TaskDeleted:
		return nil
	}
	return o
}
