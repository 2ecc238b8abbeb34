package qa

import (
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// adopt puts each table that is new since an earlier task into the theme that
// its first key leads to, where that theme is taken over and has room; a new
// table that gives names to codes goes with the table that refers to it. The
// theme keeps its name and is asked about again. Where there may be no more
// themes, what is left goes with the smallest ones.
func (w *work) adopt(themes []subject, e earlier) {
	fresh := slices.DeleteFunc(w.others(themes), func(t *profile.Table) bool {
		_, known := e.same[t.FullName().String()]
		return known
	})
	for joined := true; joined; { // a table may follow one that has joined
		joined = false
		fresh = slices.DeleteFunc(fresh, func(t *profile.Table) bool {
			s := home(themes, t)
			if s == nil || len(s.Focus) >= maxFocus {
				return false
			}
			w.extend(s, t)
			joined = true
			return true
		})
	}
	if w.amount.themesSaid && len(themes) >= w.amount.themes {
		for _, t := range fresh { // for which there is no theme of their own
			least := slices.MinFunc(themes, func(a, b subject) int { return len(a.Focus) - len(b.Focus) })
			w.extend(&themes[slices.IndexFunc(themes, func(s subject) bool { return s.Name == least.Name })], t)
		}
	}
}

// home is the theme that a table belongs to by its keys, or nil.
func home(themes []subject, t *profile.Table) *subject {
	var near []*profile.Table
	for _, l := range t.Links {
		near = append(near, l.To)
	}
	if t.Lookup() {
		for _, l := range t.Referrers {
			near = append(near, l.From)
		}
	}
	near = slices.DeleteFunc(near, func(o *profile.Table) bool { return o == t })
	if len(near) == 0 {
		return nil
	}
	i := slices.IndexFunc(themes, func(s subject) bool { return slices.Contains(s.Focus, near[0]) })
	if i < 0 {
		return nil
	}
	return &themes[i]
}

// extend adds a table to a theme, of which nothing is kept then but what a
// model said of it.
func (w *work) extend(s *subject, t *profile.Table) {
	said := s.Theme
	s.Theme, s.kept = theme.Of(w.db, append(slices.Clip(said.Focus), t)), nil
	s.Name = said.Name
	if s.source == events.SourceModel {
		s.Description, s.Metrics = said.Description, said.Metrics
		s.Entities = items(append(slices.Clip(said.Entities), t.One), nil)
	}
}
