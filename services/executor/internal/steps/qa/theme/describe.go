package theme

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// maxRelated bounds the tables next to the focus that a theme names, and
// maxMetrics its metrics.
const maxRelated, maxMetrics = 12, 10

// Of is the theme of some tables, of which there is at least one. Its name may
// be another's.
func Of(db *profile.Database, focus []*profile.Table) Theme {
	t := Theme{Focus: focus, Related: related(focus)}
	for _, table := range t.Related {
		if !table.Junction() {
			t.Entities = append(t.Entities, table.One)
		}
	}
	t.Metrics = metrics(db.Language, focus)
	t.Name = name(db.Language, focus)
	t.Description = description(db.Language, t)
	return t
}

// related are the focus, then what it links to, then what links to it.
func related(focus []*profile.Table) []*profile.Table {
	out := slices.Clone(focus)
	add := func(t *profile.Table) {
		if !slices.Contains(out, t) && len(out) < len(focus)+maxRelated {
			out = append(out, t)
		}
	}
	for _, t := range focus {
		for _, l := range t.Links {
			add(l.To)
		}
	}
	for _, t := range focus {
		for _, l := range t.Referrers {
			if l.From.Junction() {
				add(l.From)
			}
		}
	}
	return out
}

// metrics are numbers that people would ask for, of each table in turn.
func metrics(language events.Language, focus []*profile.Table) []string {
	var out []string
	add := func(text string) {
		if !slices.Contains(out, text) && len(out) < maxMetrics {
			out = append(out, text)
		}
	}
	for _, t := range focus {
		if t.Junction() || t.Lookup() {
			continue
		}
		add(language.Sprintf("%[1]s数量", "number of %[2]s", t.One, t.Many))
	}
	if len(out) == 0 {
		add(language.Sprintf("%[1]s数量", "number of %[2]s", focus[0].One, focus[0].Many))
	}
	for _, t := range focus {
		for _, c := range t.Amounts() {
			add(words.Total(c.Term, language))
		}
		for _, c := range t.With(profile.Level) {
			add(words.Average(c.Term, language))
		}
	}
	return out
}

// name is made of the one or two tables that matter most.
func name(language events.Language, focus []*profile.Table) string {
	first := focus[0]
	if len(focus) > 1 && !focus[1].Junction() && !focus[1].Lookup() && !focus[1].Kind.IsView() && !paired(first) && !paired(focus[1]) {
		return cut(language.Sprintf("%[1]s与%[3]s", "%[2]s and %[4]s", first.One, capital(first.Many), focus[1].One, focus[1].Many))
	}
	return cut(language.Sprintf("%[1]s分析", "%[2]s", first.One, capital(first.Many)))
}

// paired says that a table's name is of two things already: 路段与路线关联.
func paired(t *profile.Table) bool {
	return strings.ContainsAny(t.One, "与和及、") || strings.Contains(t.One, " and ")
}

func description(language events.Language, t Theme) string {
	var names []string
	for _, table := range t.Focus {
		if !table.Junction() {
			names = append(names, language.Pick(table.One, table.Many))
		}
	}
	text := language.Sprintf("围绕%s的统计与查询", "Questions about %s", list(language, names))
	if len(t.Metrics) > 0 {
		text += language.Sprintf("，关注%s等指标", ", by metrics such as %s", list(language, t.Metrics[:min(4, len(t.Metrics))]))
	}
	return text + language.Pick("。", ".")
}

// list joins items as people do.
func list(language events.Language, items []string) string {
	if len(items) < 2 || language != events.English {
		return strings.Join(items, "、")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " and " + items[last]
}

// Distinguish numbers the themes that have the same name.
func Distinguish(themes []Theme) {
	seen := map[string]int{}
	for i := range themes {
		base := themes[i].Name
		seen[base]++
		if n := seen[base]; n > 1 {
			suffix := fmt.Sprintf(" %d", n)
			runes := []rune(base)
			themes[i].Name = string(runes[:min(len(runes), MaxName-len(suffix))]) + suffix
		}
	}
}

func cut(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), MaxName)])
}

func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[size:]
}
