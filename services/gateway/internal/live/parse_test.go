package live

import (
	"errors"
	"testing"

	"github.com/citu/datapipeline/events"
)

func TestPositionsAreReadBack(t *testing.T) {
	p := Position{Pipeline: 12, Logs: 345}
	if got, err := ParsePosition(p.String()); got != p || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	for _, s := range []string{"", "-", "1", "1-", "-1", "1-2-3", "a-b", "1--2", "99999999999999999999-1", " 1-2"} {
		if _, err := ParsePosition(s); !errors.Is(err, ErrPosition) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzParsePosition(f *testing.F) {
	f.Add("12-345")
	f.Add("-")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePosition(s)
		if err != nil {
			return
		}
		if again, err := ParsePosition(p.String()); err != nil || again != p {
			t.Errorf("%q gives %v, read again %v, %v", s, p, again, err)
		}
	})
}

func TestTypesAreNamedOneByOneOrByKind(t *testing.T) {
	got, err := ParseTypes("output, task.created,log,task.created")
	if err != nil || len(got) != 5 {
		t.Errorf("%v, %v", got, err)
	}
	for _, s := range []string{"", "nothing", "task,,log", "task.", "created"} {
		if _, err := ParseTypes(s); !errors.Is(err, ErrFilter) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestStreamsWithoutWantedTypesAreNotFollowed(t *testing.T) {
	for _, c := range []struct {
		types       []events.Type
		state, logs bool
	}{
		{nil, true, true},
		{[]events.Type{events.TypeLog}, false, true},
		{[]events.Type{events.TypeTaskCreated}, true, false},
	} {
		f := Filter{Types: c.types}
		if f.takesState() != c.state || f.takesLogs() != c.logs {
			t.Errorf("%v: state %v, logs %v", c.types, f.takesState(), f.takesLogs())
		}
	}
}
