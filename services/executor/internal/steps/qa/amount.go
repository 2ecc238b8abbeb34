package qa

import (
	"cmp"

	"github.com/citu/datapipeline/events"
)

// MaxQuestions bounds the questions of a task.
const MaxQuestions = 20_000

// amount is how much is asked.
type amount struct{ themes, perTheme int }

// amount is what the request says, else what the step does.
func (s Step) amount(options events.Options) amount {
	return amount{
		themes:   cmp.Or(options.Themes, s.config.Themes),
		perTheme: cmp.Or(options.QuestionsPerTheme, s.config.QuestionsPerTheme),
	}
}

// each is how many questions are asked of each theme. Of few themes it is more,
// so that a small database still gives many, at most three times as many.
func (a amount) each(themes int) int {
	if themes == 0 || themes >= a.themes {
		return a.perTheme
	}
	return min(3*a.perTheme, (a.themes*a.perTheme+themes-1)/themes)
}
