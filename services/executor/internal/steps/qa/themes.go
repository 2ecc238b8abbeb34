package qa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// ThemesFile holds the themes of a task as a JSON array of ThemeEntry.
const ThemesFile = "themes.json"

// maxThemesFile bounds a themes file, in bytes.
const maxThemesFile = 16 << 20

// ThemeEntry is a theme as ThemesFile holds it. Tables are as "schema.table".
type ThemeEntry struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	// Focus are the theme's own tables, sorted; each table is in the focus of at
	// most one theme. Related are the focus and the tables next to it.
	Focus    []string `json:"focus"`
	Related  []string `json:"related"`
	Entities []string `json:"entities"`
	Metrics  []string `json:"metrics"`
	// Source is who made the theme: events.SourceRules or SourceModel.
	Source string `json:"source"`
}

// Identity is the same for themes of the same name and focus.
func (t ThemeEntry) Identity() string {
	return t.Name + "\n" + strings.Join(slices.Sorted(slices.Values(t.Focus)), "\n")
}

// subject is a theme of a run.
type subject struct {
	theme.Theme
	source string
	// kept are the pairs taken over from an earlier task; nothing else is asked
	// about the theme then.
	kept []events.Pair
	// part is how many questions are to be asked.
	part int
	// asked counts the pairs of the run about the theme, extra those of them
	// that stand in for other themes' pairs.
	asked, extra int
}

func (s subject) entry() ThemeEntry {
	e := ThemeEntry{Name: s.Name, Description: s.Description, Focus: fullNames(s.Focus), Related: fullNames(s.Related),
		Entities: append([]string{}, s.Entities...), Metrics: append([]string{}, s.Metrics...), Source: s.source}
	slices.Sort(e.Focus)
	return e
}

func fullNames(tables []*profile.Table) []string {
	out := make([]string, len(tables))
	for i, t := range tables {
		out[i] = t.FullName().String()
	}
	return out
}

// ReadThemes reads the themes of a task. It wraps fs.ErrNotExist where there
// are none.
func ReadThemes(fsys fs.FS) ([]ThemeEntry, error) {
	f, err := fsys.Open(ThemesFile)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", ThemesFile, err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxThemesFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", ThemesFile, err)
	}
	if len(data) > maxThemesFile {
		return nil, fmt.Errorf("%s: more than %d bytes", ThemesFile, maxThemesFile)
	}
	var list []ThemeEntry
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", ThemesFile, err)
	}
	if slices.ContainsFunc(list, func(t ThemeEntry) bool { return t.Name == "" || len(t.Focus) == 0 }) {
		return nil, fmt.Errorf("%s: %w", ThemesFile, errors.New("a theme has no name or no tables"))
	}
	return list, nil
}

// divide finds the themes: those that can be taken over, and for the other
// tables those of the graph of keys, as the model names and regroups them where
// it does.
func (w *work) divide(ctx context.Context) error {
	w.themes = w.takenOver()
	proposed := w.propose()
	found, theirs := w.model.themes(ctx, proposed)
	for _, th := range found {
		s := subject{Theme: th, source: events.SourceRules}
		if theirs[th.Name] {
			s.source = events.SourceModel
		}
		s.Name = distinguish(th.Name, w.themes)
		w.themes = append(w.themes, s)
	}
	w.plan()
	return ctx.Err()
}

// propose divides the tables that are in no theme yet, and says in the log where
// that gives other numbers than those asked for.
func (w *work) propose() []theme.Theme {
	others, asked := w.others(w.themes), w.amount.themes
	if w.amount.themesSaid {
		themes := theme.AtMost(w.db, others, asked-len(w.themes), w.amount.perTheme)
		for _, th := range themes {
			others = slices.DeleteFunc(others, func(t *profile.Table) bool { return slices.Contains(th.Focus, t) })
		}
		if len(others) > 0 {
			w.Log.Info(w.Language().Sprintf("要求 %[3]d 个主题：%[2]d 张表中有 %[1]d 张不在任何主题中，不会被问到", "Tables in no theme, and so not asked about: %d of %d; themes asked for: %d", len(others), len(w.schema.Tables), asked))
		}
		return themes
	}
	themes := theme.Among(w.db, others, max(1, asked-len(w.themes)))
	if n := len(w.themes) + len(themes); n > asked {
		w.grown = asked
		w.Log.Info(w.Language().Sprintf("主题为 %d 个而不是 %d 个：使 %d 张表都被问到", "%d themes instead of %d: so that each of %d tables is asked about", n, asked, len(w.schema.Tables)))
	}
	return themes
}
