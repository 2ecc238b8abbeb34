package qa

import (
	"slices"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Result is qa_generation_result.json.
type Result struct {
	OutputFile       string   `json:"output_file"`
	TotalQuestions   int      `json:"total_questions"`
	TotalThemes      int      `json:"total_themes"`
	SuccessfulThemes int      `json:"successful_themes"`
	FailedThemes     []string `json:"failed_themes"`
	DurationSeconds  float64  `json:"duration_seconds"`

	// ReusedThemes counts the themes that were taken over, with their pairs, from
	// an earlier task on the database, since their tables did not change.
	ReusedThemes int `json:"reused_themes"`

	// GeneratedBy is "rules", "model" or "mixed": who made the themes and pairs
	// of this task. Sources counts the pairs by who wrote them.
	GeneratedBy string         `json:"generated_by"`
	Sources     map[string]int `json:"sources"`
	// ModelUsage is absent where no model was asked. Refused counts what it
	// answered and what was not taken, by reason.
	ModelUsage *llm.Usage     `json:"model_usage,omitempty"`
	Refused    map[string]int `json:"refused,omitempty"`

	Coverage   Coverage       `json:"coverage"`
	Shapes     map[string]int `json:"shapes"`
	Difficulty map[string]int `json:"difficulty"`
	// Duplicates counts the pairs left out since their question or their SQL was
	// there already.
	Duplicates int `json:"duplicates_dropped"`
	// QuestionLimit is MaxQuestions where it was reached.
	QuestionLimit int `json:"question_limit,omitempty"`
	// ThemesAskedFor is the number of themes that was asked for, where there are
	// more so that every table is asked about.
	ThemesAskedFor int `json:"themes_asked_for,omitempty"`
}

// Coverage is what the pairs read of the database.
type Coverage struct {
	TablesTotal   int `json:"tables_total"`
	TablesCovered int `json:"tables_covered"`
	// Uncovered names at most maxUncovered tables that no pair reads.
	Uncovered []string `json:"uncovered"`
	// ColumnsCovered counts the columns that occur by name in a pair that reads
	// their table.
	ColumnsTotal   int `json:"columns_total"`
	ColumnsCovered int `json:"columns_covered"`
}

const maxUncovered = 100

func (w *work) result(took time.Duration) steps.Result {
	r := Result{
		OutputFile:       pairs.FileName(w.Database, w.Stamp()),
		TotalQuestions:   len(w.list),
		TotalThemes:      len(w.themes),
		SuccessfulThemes: len(w.themes) - len(w.failed),
		FailedThemes:     append([]string{}, w.failed...),
		DurationSeconds:  took.Seconds(),
		ReusedThemes:     reused(w.themes),
		ThemesAskedFor:   w.grown,
		GeneratedBy:      w.generatedBy(),
		ModelUsage:       w.Model.Usage(),
		Refused:          w.model.refusals(),
		Coverage:         cover(w.schema, w.list),
		Duplicates:       w.made.duplicates,
		Sources:          map[string]int{}, Shapes: map[string]int{}, Difficulty: map[string]int{},
	}
	for _, p := range w.list {
		r.Sources[p.Source]++
		r.Difficulty[p.Difficulty]++
		for _, shape := range p.Shapes {
			r.Shapes[shape]++
		}
	}
	if w.made.full() {
		r.QuestionLimit = MaxQuestions
	}
	return steps.Result{Data: r, Warnings: int(w.warnings.Load()), Removed: w.obsolete()}
}

// obsolete are the files of an earlier execution that no longer hold: what a
// validation found is about other pairs.
func (w *work) obsolete() []string {
	if w.model.turned == nil {
		return []string{pairs.VerdictsFile, RefusedFile}
	}
	return []string{pairs.VerdictsFile}
}

// generatedBy looks at the pairs made, and at the themes.
func (w *work) generatedBy() string {
	model, rules := false, false
	mark := func(source string) {
		model = model || source == events.SourceModel
		rules = rules || source == events.SourceRules
	}
	for _, p := range w.made.pairs {
		mark(p.Source)
	}
	for _, th := range w.themes {
		mark(th.source)
	}
	switch {
	case model && rules:
		return "mixed"
	case model:
		return "model"
	}
	return "rules"
}

// cover measures what pairs read, those apart that people rejected.
func cover(schema *catalog.Schema, list []events.Pair) Coverage {
	tables, columns := map[string]bool{}, map[catalog.ColumnName]bool{}
	for _, p := range list {
		if p.Decision == events.DecisionRejected {
			continue
		}
		for _, name := range p.Tables {
			tables[name] = true
		}
		for _, c := range pairs.Columns(p.SQL, p.Tables, schema) {
			columns[c] = true
		}
	}
	c := Coverage{TablesTotal: len(schema.Tables), Uncovered: []string{}, ColumnsCovered: len(columns)}
	for _, t := range schema.Tables {
		c.ColumnsTotal += len(t.Columns)
		if name := t.FullName().String(); tables[name] {
			c.TablesCovered++
		} else if len(c.Uncovered) < maxUncovered {
			c.Uncovered = append(c.Uncovered, name)
		}
	}
	return c
}

// names are those of the themes with questions.
func (w *work) answered() []subject {
	return slices.DeleteFunc(slices.Clone(w.themes), func(th subject) bool { return slices.Contains(w.failed, th.Name) })
}
