package qa

import (
	"fmt"
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// maxPromptItems bounds each list of the decision prompt, which is read by a
// language model with every question.
const maxPromptItems = 40

// decisionPrompt is db_query_decision_prompt.txt: by it a reader decides
// whether a question is one for this database.
func decisionPrompt(db *profile.Database, themes []theme.Theme) []byte {
	l := db.Language
	var b strings.Builder
	fmt.Fprintln(&b, l.Pick("=== 数据库业务范围 ===", "=== Business scope of the database ==="))
	fmt.Fprintln(&b, scope(db, themes))
	fmt.Fprintln(&b, l.Pick("核心业务实体：", "Core entities:"))
	for _, line := range entities(db, themes) {
		fmt.Fprintln(&b, "- "+line)
	}
	fmt.Fprintln(&b, l.Pick("关键业务指标：", "Key metrics:"))
	for _, line := range metrics(themes) {
		fmt.Fprintln(&b, "- "+line)
	}
	return []byte(b.String())
}

// scope is a paragraph on what the database is about.
func scope(db *profile.Database, themes []theme.Theme) string {
	l := db.Language
	names := each(themes, func(t theme.Theme) string { return t.Name })
	subjects := strings.Join(names[:min(len(names), maxPromptItems)], l.Pick("、", "; "))
	text := l.Sprintf("数据库 %[1]s 共 %[2]d 张表，业务主题包括：%[3]s。", "The database %[1]s has %[4]s. Its themes are: %[3]s.", flat(db.Name), len(db.Tables), subjects, counted(len(db.Tables), "table"))
	if about := flat(db.BusinessContext); about != "" {
		return l.Sprintf("%s。%s", "%s. %s", strings.TrimRight(about, "。. "), text)
	}
	return text
}

// entities are the tables that stand for things, with what is known of each.
func entities(db *profile.Database, themes []theme.Theme) []string {
	var out []string
	for _, th := range themes {
		for _, t := range th.Focus {
			if !t.Junction() && len(out) < maxPromptItems {
				out = append(out, entity(db, t))
			}
		}
	}
	return out
}

func entity(db *profile.Database, t *profile.Table) string {
	var terms []string
	for _, c := range t.Columns {
		if c.Role != profile.Hidden && c.Role != profile.Key && c.Role != profile.Reference && len(terms) < 5 {
			terms = append(terms, c.Term)
		}
	}
	line := t.One
	if !strings.Contains(line, t.FullName().String()) { // which tells it from one that is called alike
		line = db.Language.Sprintf("%s（%s）", "%s (%s)", t.One, tableNames([]*profile.Table{t})[0])
	}
	if len(terms) > 0 {
		line += db.Language.Sprintf("：%s", ": %s", strings.Join(terms, db.Language.Pick("、", ", ")))
	}
	return line
}

func metrics(themes []theme.Theme) []string {
	var out []string
	for _, th := range themes {
		for _, m := range th.Metrics {
			if !slices.Contains(out, m) && len(out) < maxPromptItems {
				out = append(out, m)
			}
		}
	}
	return out
}
