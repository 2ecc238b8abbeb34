package progress

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// Bars shows a bar per step on a terminal, with warnings above them.
type Bars struct {
	lang     events.Language
	progress *mpb.Progress
	bars     map[events.Step]*bar
}

// bar is a step's bar; what is written behind it is read by the goroutine that
// draws.
type bar struct {
	*mpb.Bar
	state atomic.Pointer[projection.Step]
}

// NewBars draws on a terminal.
func NewBars(out io.Writer, lang events.Language) *Bars {
	b := &Bars{lang: lang, progress: mpb.New(mpb.WithOutput(out), mpb.WithWidth(100)), bars: map[events.Step]*bar{}}
	for _, name := range events.Steps() {
		b.bars[name] = b.add(name)
	}
	return b
}

func (b *Bars) add(name events.Step) *bar {
	one := &bar{}
	one.state.Store(&projection.Step{Status: projection.Pending})
	one.Bar = b.progress.New(100, mpb.BarStyle(),
		mpb.PrependDecorators(decor.Name(StepName(name, b.lang), decor.WC{C: decor.DindentRight | decor.DextraSpace | decor.DSyncWidth})),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return label(*one.state.Load(), b.lang) })))
	return one
}

func label(s projection.Step, lang events.Language) string {
	text := fmt.Sprintf("%3d%%  %s", s.Progress, StatusName(s.Status, lang))
	if s.Total > 0 && s.Status == projection.Running {
		text += fmt.Sprintf("  %d/%d", s.Done, s.Total)
	}
	return text
}

// Task moves the bars.
func (b *Bars) Task(t projection.Task) {
	for name, one := range b.bars {
		s := t.Steps[name]
		one.state.Store(&s)
		one.SetCurrent(int64(min(s.Progress, 99))) // a full bar is never drawn again; Close fills it
	}
}

// Line writes warnings and what is worse above the bars.
func (b *Bars) Line(l events.Line) {
	if l.Level.Rank() >= events.LevelWarning.Rank() {
		fmt.Fprintf(b.progress, "%s %s %s\n", clock(), l.Level, l.Message)
	}
}

// Close draws the bars for the last time and waits until they stand.
func (b *Bars) Close() {
	for _, one := range b.bars {
		if one.state.Load().Progress == 100 {
			one.SetCurrent(100)
		}
		one.Abort(false)
	}
	b.progress.Wait()
}
