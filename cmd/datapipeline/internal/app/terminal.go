package app

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/progress"
	"github.com/citu/datapipeline/events"
)

// terminal is where a command writes, in a language.
type terminal struct {
	lang events.Language
	out  io.Writer
	err  io.Writer
}

func (t terminal) say(zh, en string, args ...any) {
	fmt.Fprintln(t.out, t.lang.Sprintf(zh, en, args...)) //nolint:errcheck // nobody is left to tell
}

func (t terminal) complain(zh, en string, args ...any) {
	fmt.Fprintln(t.err, "datapipeline: "+t.lang.Sprintf(zh, en, args...)) //nolint:errcheck // nobody is left to tell
}

// view is the view that fits where output goes.
func (t terminal) view() progress.View {
	if f, ok := t.out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return progress.NewBars(f, t.lang)
	}
	return &progress.Plain{Out: t.out, Language: t.lang}
}
