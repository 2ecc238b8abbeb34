package progress

import (
	"fmt"
	"io"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// Plain writes a line for whatever happens, with the time when it happened: the
// view for files and pipes.
type Plain struct {
	Out      io.Writer
	Language events.Language

	last projection.Task
}

// Task writes a line when a step or the task changes its state. What earlier
// requests did is known when the first state comes.
func (p *Plain) Task(t projection.Task, at time.Time) {
	if p.last.ID == "" {
		p.last.Steps = t.Steps
	}
	for _, name := range events.Steps() {
		was, is := p.last.Steps[name], t.Steps[name]
		if was.Status != is.Status && is.Status != projection.Pending {
			p.write(t, at, StepName(name, p.Language), StatusName(is.Status, p.Language)+p.took(is))
		}
	}
	if p.last.Status != t.Status {
		p.write(t, at, t.ID, StatusName(t.Status, p.Language))
	}
	p.last = t
}

func (p *Plain) write(t projection.Task, at time.Time, what, how string) {
	fmt.Fprintf(p.Out, "%s %3d%% %s%s%s\n", clock(at), t.Progress(), what, p.Language.Pick("：", ": "), how) //nolint:errcheck // nobody is left to tell
}

func (p *Plain) took(s projection.Step) string {
	if s.Status != projection.Completed {
		return ""
	}
	return p.Language.Sprintf("（%.1f 秒）", " (%.1f s)", s.DurationSeconds)
}

// Line writes what is notable.
func (p *Plain) Line(l events.Line) {
	if notable(l) {
		fmt.Fprintln(p.Out, lineText(l, p.Language)) //nolint:errcheck // nobody is left to tell
	}
}

// Close has nothing to tidy.
func (p *Plain) Close() {}
