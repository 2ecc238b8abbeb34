// Package theme divides a database into the subjects that people ask about.
package theme

import (
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// Theme is a subject.
type Theme struct {
	// Name is at most MaxName characters, and no other theme's.
	Name        string
	Description string
	// Focus are the theme's own tables. Each table is in the focus of at most one
	// theme.
	Focus []*profile.Table
	// Related are the focus and the tables next to it, in that order.
	Related []*profile.Table
	// Entities are what the theme is about, Metrics what can be measured.
	Entities, Metrics []string
}

// MaxName bounds a theme's name, in characters.
const MaxName = 100

// Divide divides the tables into about want themes by the graph of keys, in a
// stable order, the most connected first. There are fewer where tables are few,
// and more where a theme would become too large.
func Divide(db *profile.Database, want int) []Theme { return Among(db, db.Tables, want) }

// AtMost is Among, but for never more than want themes: those become larger, up to
// each tables, and beyond where so many questions of each want would do for all of
// them. Tables that do not fit into a theme are in none, the least connected first.
func AtMost(db *profile.Database, tables []*profile.Table, want, each int) []Theme {
	if want <= 0 {
		return nil
	}
	c := newClustering(tables, max(maxFocus, each))
	c.join(want)
	c.pack(want, want*each >= len(tables))
	groups := c.result()
	return themes(db, groups[:min(want, len(groups))])
}

// Among is Divide for some of a database's tables, in their order there: each
// of them is in the focus of a theme, and the others at most next to it.
func Among(db *profile.Database, tables []*profile.Table, want int) []Theme {
	return themes(db, cluster(tables, want))
}

func themes(db *profile.Database, groups [][]*profile.Table) []Theme {
	var out []Theme
	for _, focus := range groups {
		out = append(out, Of(db, focus))
	}
	Distinguish(out)
	return out
}
