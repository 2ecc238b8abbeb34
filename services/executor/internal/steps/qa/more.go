package qa

import (
	"context"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/ask"
)

// more lets themes that have more to ask about stand in for those that gave
// fewer questions than wanted: by rule, in equal parts, until no theme has
// more. Themes that were taken over stay as they are.
func (w *work) more(ctx context.Context) error {
	for open := w.fresh(); len(open) > 0 && w.missing() > 0; {
		share := (w.missing() + len(open) - 1) / len(open)
		var left []*subject
		for _, th := range open {
			n := min(share, w.missing(), max(th.part, mostTimes*w.amount.perTheme)-th.asked)
			given, err := w.again(ctx, th, n)
			if err != nil {
				return err
			}
			th.asked, th.extra = th.asked+given, th.extra+given
			if given > 0 && given == n {
				left = append(left, th)
			}
		}
		open = left
	}
	w.made.group(w.themes)
	for _, th := range w.themes {
		if th.extra > 0 {
			w.Log.Info(w.Language().Sprintf("主题“%s”：另外 %d 个问题，补足其他主题缺少的", "Theme %q: in place of questions that other themes lack, %d more", th.Name, th.extra))
		}
	}
	return nil
}

// fresh are the themes that were asked about in this run and gave questions.
func (w *work) fresh() []*subject {
	var out []*subject
	for i, th := range w.themes {
		if th.asked > 0 && len(th.kept) == 0 {
			out = append(out, &w.themes[i])
		}
	}
	return out
}

// missing is how many questions the themes that are not taken over gave too few.
func (w *work) missing() int {
	n := 0
	for _, th := range w.themes {
		if len(th.kept) == 0 {
			n += th.part - th.asked
		}
	}
	return min(n, MaxQuestions-len(w.made.pairs))
}

// again asks at most n more questions about a theme, and returns how many there
// were.
func (w *work) again(ctx context.Context, th *subject, n int) (int, error) {
	if n <= 0 {
		return 0, nil
	}
	all, err := ask.About(ctx, w.db, th.Theme)
	if err != nil {
		return 0, err
	}
	all.Asked(w.made.has)
	all.After(&w.spread)
	all.Cover(th.Focus...)
	chosen, err := w.choose(ctx, all, n, w.made.has)
	w.spread.Add(chosen)
	given := 0
	for _, q := range chosen {
		if w.made.add(q.Pair, th.Name, events.SourceRules) {
			given++
		}
	}
	return given, err
}
