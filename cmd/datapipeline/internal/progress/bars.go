package progress

import (
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// barsWidth is the most columns that a bar takes; a narrower terminal has less.
const barsWidth = 100

// Bars shows a bar on a terminal for each step of the request, with warnings
// above them.
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

// NewBars draws on a terminal from the first call of Task on.
func NewBars(out io.Writer, lang events.Language) *Bars {
	return newBars(lang, mpb.WithOutput(out))
}

func newBars(lang events.Language, options ...mpb.ContainerOption) *Bars {
	return &Bars{lang: lang, progress: mpb.New(append(options, mpb.WithWidth(barsWidth))...), bars: map[events.Step]*bar{}}
}

// add makes a step's bar. It has no total yet: mpb would end one that is full,
// and nothing could be written above it any more once all are.
func (b *Bars) add(name events.Step, s projection.Step) *bar {
	one := &bar{}
	one.state.Store(&s)
	one.Bar = b.progress.New(0, mpb.BarStyle(),
		mpb.PrependDecorators(decor.Name(StepName(name, b.lang), decor.WC{C: decor.DindentRight | decor.DextraSpace | decor.DSyncWidth})),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return label(*one.state.Load(), b.lang) },
			decor.WC{C: decor.DindentRight | decor.DSyncWidth})))
	one.SetTotal(full, false)
	return one
}

// full is the total of every bar.
const full = 100

// fill is how much of a step's bar is drawn: nothing of one that is skipped,
// though there is nothing left to do.
func fill(s projection.Step) int64 {
	if s.Status == projection.Skipped {
		return 0
	}
	return int64(s.Progress)
}

// label is what stands behind a bar.
func label(s projection.Step, lang events.Language) string {
	text := fmt.Sprintf("%3d%%  %s", fill(s), StatusName(s.Status, lang))
	switch s.Status {
	case projection.Running:
		if s.Total > 0 {
			text += fmt.Sprintf("  %d/%d", s.Done, s.Total)
		}
		if s.StartedAt != nil {
			text += seconds(time.Since(*s.StartedAt).Seconds(), lang)
		}
	case projection.Completed, projection.Failed:
		text += seconds(s.DurationSeconds, lang)
	}
	return text
}

func seconds(s float64, lang events.Language) string {
	return lang.Sprintf("  %.1f 秒", "  %.1f s", max(0, s))
}

// Task moves the bars.
func (b *Bars) Task(t projection.Task, _ time.Time) {
	for _, name := range events.Steps() {
		s := t.Steps[name]
		one, ok := b.bars[name]
		if !ok && concerns(t, name) {
			one = b.add(name, s)
			b.bars[name] = one
		}
		if one != nil {
			one.state.Store(&s)
			one.SetCurrent(fill(s))
		}
	}
}

// concerns says whether the newest request runs or skips a step.
func concerns(t projection.Task, name events.Step) bool {
	return slices.Contains(t.Request.Steps, name) || slices.Contains(t.Request.SkippedSteps, name)
}

// Line writes what is notable above the bars.
func (b *Bars) Line(l events.Line) {
	if notable(l) {
		fmt.Fprintln(b.progress, lineText(l, b.lang)) //nolint:errcheck // nobody is left to tell
	}
}

// Close draws the bars for the last time and waits until they stand.
func (b *Bars) Close() {
	for _, one := range b.bars {
		if fill(*one.state.Load()) == full {
			one.SetTotal(full, true)
		} else {
			one.Abort(false)
		}
	}
	b.progress.Wait()
}
