package qa

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// The bounds of what is asked about themes at once, and of what is taken.
const (
	maxThemeText = 36 << 10 // bytes of the list of tables in a prompt
	maxFocus     = 20       // tables of a theme
	maxItems     = 8        // entities and metrics of a theme
	maxItem      = 60       // characters of one
	maxAbout     = 1000     // characters of a description
)

// proposal is the model's answer about themes.
type proposal struct {
	Themes []struct {
		Name        string   `json:"name"`
		Description string   `json:"description"`
		Tables      []string `json:"tables"`
		Entities    []string `json:"entities"`
		Metrics     []string `json:"metrics"`
	} `json:"themes"`
}

// themePrompt is what the template themes is rendered with.
type themePrompt struct {
	BusinessContext, Tables, Proposal string
	Want, MaxFocus                    int
}

// themes lets the model name, describe and regroup proposed themes, as many at
// once as fit a prompt, and keeps the proposed ones where its answer does not
// pass. It returns the themes and which of them are the model's, in the order
// of the proposal.
func (m *model) themes(ctx context.Context, proposed []theme.Theme) (out []theme.Theme, theirs map[string]bool) {
	if m.Model == nil {
		return proposed, nil
	}
	batches := m.batches(proposed)
	answers := make([][]theme.Theme, len(batches))
	var wg sync.WaitGroup
	gate := make(chan struct{}, maxAsking)
	for i, batch := range batches {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			answers[i] = m.regroup(ctx, batch)
		})
	}
	wg.Wait()
	var mine []bool
	for i, batch := range batches {
		taken := answers[i]
		if taken == nil {
			taken = batch
		}
		out = append(out, taken...)
		mine = append(mine, slices.Repeat([]bool{answers[i] != nil}, len(taken))...)
	}
	theme.Distinguish(out)
	theirs = map[string]bool{}
	for i, th := range out {
		theirs[th.Name] = mine[i]
	}
	return out, theirs
}

// batches divides themes into lots whose tables fit a prompt.
func (m *model) batches(proposed []theme.Theme) [][]theme.Theme {
	var out [][]theme.Theme
	size := maxThemeText
	for _, th := range proposed {
		n := 0
		for _, t := range th.Focus {
			n += len(tableLine(t))
		}
		if size += n; size > maxThemeText {
			out, size = append(out, nil), n
		}
		out[len(out)-1] = append(out[len(out)-1], th)
	}
	return out
}

// regroup asks about some themes; nil where the answer does not pass.
func (m *model) regroup(ctx context.Context, proposed []theme.Theme) []theme.Theme {
	data := themePrompt{BusinessContext: m.db.BusinessContext, Want: len(proposed), MaxFocus: maxFocus}
	for _, th := range proposed {
		data.MaxFocus = max(data.MaxFocus, len(th.Focus))
	}
	known := map[string]*profile.Table{}
	var lines, groups []string
	for _, th := range proposed {
		groups = append(groups, th.Name+": "+strings.Join(fullNames(th.Focus), ", "))
		for _, t := range th.Focus {
			lines = append(lines, tableLine(t))
			known[t.FullName().String()] = t
		}
	}
	data.Tables, data.Proposal = strings.Join(lines, "\n"), strings.Join(groups, "\n")
	p, err := prompts.Render("themes", m.Language(), data)
	if err != nil {
		m.failed(ctx, m.Language().Pick("划分主题", "dividing into themes"), err)
		return nil
	}
	answer, err := llm.Ask(ctx, m.Model, p, func(a *proposal) error { return m.checkThemes(a, known, data) })
	if err != nil {
		m.failed(ctx, m.Language().Pick("划分主题", "dividing into themes"), err)
		return nil
	}
	return m.taken(answer, known)
}

// checkThemes refuses an answer that does not name every table once, or names
// others, or whose words do not fit.
func (m *model) checkThemes(a *proposal, known map[string]*profile.Table, asked themePrompt) error {
	names, seen, most := map[string]bool{}, map[string]bool{}, 2*asked.Want+2
	if m.amount.themesSaid {
		most = asked.Want
	}
	if len(a.Themes) == 0 || len(a.Themes) > most {
		return fmt.Errorf("%d themes; about %d are wanted, and no more than %d", len(a.Themes), asked.Want, most)
	}
	for i := range a.Themes {
		t := &a.Themes[i]
		t.Name, t.Description = flat(t.Name), flat(t.Description)
		switch {
		case t.Name == "" || utf8.RuneCountInString(t.Name) > theme.MaxName || names[t.Name]:
			return fmt.Errorf("theme %d: the name is empty, longer than %d characters or another theme's", i+1, theme.MaxName)
		case t.Description == "" || utf8.RuneCountInString(t.Description) > maxAbout:
			return fmt.Errorf("theme %q: the description is empty or longer than %d characters", t.Name, maxAbout)
		case !speaks(m.Language(), t.Name+t.Description):
			return fmt.Errorf("theme %q is not in the language that is asked for", t.Name)
		case len(t.Tables) == 0 || len(t.Tables) > asked.MaxFocus:
			return fmt.Errorf("theme %q has %d tables, from 1 to %d are allowed", t.Name, len(t.Tables), asked.MaxFocus)
		}
		names[t.Name] = true
		for _, name := range t.Tables {
			if known[name] == nil || seen[name] {
				return fmt.Errorf("theme %q: the table %.100q is not in the list, or in two themes", t.Name, name)
			}
			seen[name] = true
		}
	}
	for name := range known {
		if !seen[name] {
			return fmt.Errorf("the table %q is in no theme, and perhaps others are not", name)
		}
	}
	return nil
}

// taken are the themes of an answer that has passed.
func (m *model) taken(a proposal, known map[string]*profile.Table) []theme.Theme {
	out := make([]theme.Theme, len(a.Themes))
	for i, t := range a.Themes {
		focus := make([]*profile.Table, len(t.Tables))
		for j, name := range t.Tables {
			focus[j] = known[name]
		}
		th := theme.Of(m.db, focus)
		th.Name, th.Description = t.Name, t.Description
		th.Entities, th.Metrics = items(t.Entities, th.Entities), items(t.Metrics, th.Metrics)
		out[i] = th
	}
	return out
}

// items are those of the model's that fit; otherwise where none does.
func items(list, otherwise []string) []string {
	var out []string
	for _, text := range list {
		text = flat(text)
		if text != "" && utf8.RuneCountInString(text) <= maxItem && !slices.Contains(out, text) && len(out) < maxItems {
			out = append(out, text)
		}
	}
	if len(out) == 0 {
		return otherwise
	}
	return out
}
