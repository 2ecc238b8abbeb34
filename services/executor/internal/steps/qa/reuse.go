package qa

import (
	"fmt"
	"slices"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// takenOver are the themes of an earlier task on the same database none of
// whose tables, those next to them included, changed since: with the pairs that
// passed that task's validation, as they are now. Their tables are in no other
// theme of this task. A theme that a new table belongs to keeps its name and is
// asked about again. What cannot be read is asked about anew.
func (w *work) takenOver() []subject {
	if w.Base == nil || !w.Base.Reusable {
		return nil
	}
	earlier, err := w.readEarlier()
	if err != nil {
		w.Log.Warn(w.Language().Sprintf("任务 %s 的主题与问题无法沿用，全部重新生成", "Themes and questions of task %s cannot be taken over: all are made anew", w.Base.TaskID), zap.Error(err))
		return nil
	}
	var kept []subject
	for _, entry := range earlier.themes {
		if s, ok := w.takeOver(entry, earlier); ok {
			kept = append(kept, s)
		}
	}
	w.adopt(kept, earlier)
	w.Log.Info(w.Language().Sprintf("沿用任务 %[2]s 的 %[1]d 个主题：其中的表没有变化", "Themes of task %[2]s that are taken over, since their tables did not change: %[1]d", reused(kept), w.Base.TaskID))
	return kept
}

// earlier is what an earlier task left.
type earlier struct {
	themes []ThemeEntry
	pairs  map[string][]events.Pair // by theme, in their order
	same   map[string]bool          // tables whose definition is the same now
}

func (w *work) readEarlier() (earlier, error) {
	e := earlier{pairs: map[string][]events.Pair{}, same: map[string]bool{}}
	before, err := snapshot.Read(w.Base.Files)
	if err != nil {
		return e, err
	}
	for name, fingerprint := range before.Fingerprints() {
		e.same[name] = w.prints[name] == fingerprint
	}
	if e.themes, err = ReadThemes(w.Base.Files); err != nil {
		return e, err
	}
	known, err := pairs.ReadKnown(w.Base.Files)
	if err != nil {
		return e, fmt.Errorf("read the earlier pairs: %w", err)
	}
	for _, p := range known {
		e.pairs[p.Theme] = append(e.pairs[p.Theme], p)
	}
	return e, nil
}

// takeOver makes a subject of an earlier theme, if nothing in it changed and
// some of its pairs are good enough. Where there is a model, pairs of rules
// alone are not: it had failed, or there was none.
func (w *work) takeOver(entry ThemeEntry, e earlier) (subject, bool) {
	s := subject{source: entry.Source, Theme: theme.Theme{
		Name: entry.Name, Description: entry.Description, Entities: entry.Entities, Metrics: entry.Metrics,
	}}
	var unchanged bool
	if s.Related, unchanged = w.unchanged(entry.Related, e.same); !unchanged {
		return s, false
	}
	for _, t := range s.Related { // which has them in the order that counts
		if slices.Contains(entry.Focus, t.FullName().String()) {
			s.Focus = append(s.Focus, t)
		}
	}
	if len(s.Focus) != len(entry.Focus) {
		return s, false
	}
	made := false
	for _, p := range e.pairs[entry.Name] {
		if w.stillStands(p) {
			s.kept = append(s.kept, renewed(p))
			made = made || p.Source == events.SourceModel || p.Source == events.SourceRules && w.Model == nil
		}
	}
	return s, made
}

// unchanged finds tables by name; false where one is gone or changed.
func (w *work) unchanged(names []string, same map[string]bool) ([]*profile.Table, bool) {
	var tables []*profile.Table
	for _, text := range names {
		name, err := catalog.ParseName(text)
		t := w.db.Table(name)
		if err != nil || t == nil || !same[text] {
			return nil, false
		}
		tables = append(tables, t)
	}
	return tables, len(tables) > 0
}

// stillStands says whether an earlier pair is taken over: it must have passed,
// or not have been checked. What a person wrote is taken over in its place if
// people still want it.
func (w *work) stillStands(p events.Pair) bool {
	if p.Source == events.SourcePerson && !slices.ContainsFunc(w.Pairs, func(theirs events.Pair) bool { return theirs.ID == p.ID }) {
		return false
	}
	return p.Check == nil || p.Check.Passes()
}

// renewed is a pair as it was made; what was found or decided about it in the
// earlier task is found and decided again.
func renewed(p events.Pair) events.Pair {
	return events.Pair{
		ID: p.ID, Question: p.Question, SQL: p.SQL, Theme: p.Theme, Source: p.Source, WrittenBy: p.WrittenBy, Reused: true,
		Tables: p.Tables, Shapes: p.Shapes, Difficulty: p.Difficulty,
	}
}

// others are the tables that are in the focus of no theme.
func (w *work) others(themes []subject) []*profile.Table {
	taken := map[*profile.Table]bool{}
	for _, s := range themes {
		for _, t := range s.Focus {
			taken[t] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(w.db.Tables), func(t *profile.Table) bool { return taken[t] })
}

// distinguish gives a theme a name that none of the themes has.
func distinguish(name string, themes []subject) string {
	for n, candidate := 2, name; ; n++ {
		if !slices.ContainsFunc(themes, func(s subject) bool { return s.Name == candidate }) {
			return candidate
		}
		suffix := fmt.Sprintf(" %d", n)
		runes := []rune(name)
		candidate = string(runes[:min(len(runes), theme.MaxName-len(suffix))]) + suffix
	}
}

// reused counts the themes that were taken over.
func reused(themes []subject) (n int) {
	for _, s := range themes {
		if len(s.kept) > 0 {
			n++
		}
	}
	return n
}

// fingerprints are those of the tables as the database has them, before a
// comment of a model's is added.
func fingerprints(schema *catalog.Schema) map[string]string {
	return snapshot.Of(schema).Fingerprints()
}
