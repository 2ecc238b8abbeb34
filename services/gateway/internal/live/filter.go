package live

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
)

// ErrFilter is wrapped by ParseTypes' refusals.
var ErrFilter = errors.New("unknown event type")

// Filter chooses events. The zero Filter takes all.
type Filter struct {
	// TaskID keeps the events of one task; empty keeps those of all.
	TaskID string
	// Types keeps these types; empty keeps all.
	Types []events.Type
	// Level keeps the log events whose highest level is at least this one;
	// empty keeps all. A log event is never cut, since the place of a line in
	// it is part of the line's address.
	Level events.Level
}

// ParseTypes reads a list of event types, separated by commas, where "task",
// "step", "output", "pair" and "training" stand for all types of that kind. An unknown name is
// refused with ErrFilter.
func ParseTypes(list string) ([]events.Type, error) {
	var chosen []events.Type
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		matches := ofName(name)
		if len(matches) == 0 {
			return nil, fmt.Errorf("%w: %.64q", ErrFilter, name)
		}
		chosen = append(chosen, matches...)
	}
	slices.Sort(chosen)
	return slices.Compact(chosen), nil
}

func ofName(name string) []events.Type {
	var matches []events.Type
	for _, t := range events.Types() {
		if kind, _, _ := strings.Cut(string(t), "."); string(t) == name || kind == name {
			matches = append(matches, t)
		}
	}
	return matches
}

// Wants says whether the filter keeps e.
func (f Filter) Wants(e events.Event) bool {
	if f.TaskID != "" && e.Task() != f.TaskID || !f.takes(e.Type()) {
		return false
	}
	l, ok := e.Data.(*events.Log)
	return !ok || l.Level().Rank() >= f.Level.Rank()
}

func (f Filter) takes(t events.Type) bool {
	return len(f.Types) == 0 || slices.Contains(f.Types, t)
}

// takesState and takesLogs say whether anything of a stream can pass.
func (f Filter) takesState() bool {
	return len(f.Types) == 0 || slices.ContainsFunc(f.Types, func(t events.Type) bool { return t != events.TypeLog })
}

func (f Filter) takesLogs() bool { return f.takes(events.TypeLog) }

// subject returns the subject of a stream on which the filter's events are;
// others may be on it too.
func (f Filter) subject(stream string) string {
	task := f.TaskID
	if task == "" {
		task = "*"
	}
	if stream == events.StreamLogs {
		return events.KindSubject("log", task)
	}
	return events.KindSubject("*", task)
}
