package ddl

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/llm/prompt"
)

//go:embed prompts
var promptFiles embed.FS

var prompts = prompt.MustLoad(promptFiles)

const (
	// batchColumns and batchTables bound a question, so that its answer stays
	// well within what models write at once.
	batchColumns = 80
	batchTables  = 20
	// maxShown bounds an example, in characters.
	maxShown = 40
	// tableLimit and columnLimit are what the model is asked to keep to, and
	// slack is how many times as long a comment may be before it is refused.
	tableLimit, columnLimit, slack = 60, 30, 4
)

// askedTable is a table, or a part of its columns, as the model is shown it.
type askedTable struct {
	Table   string        `json:"table"`
	Kind    catalog.Kind  `json:"kind"`
	Comment string        `json:"comment"`
	Columns []askedColumn `json:"columns"`
}

type askedColumn struct {
	Name       string   `json:"name"`
	Type       string   `json:"type"`
	Comment    string   `json:"comment"`
	PrimaryKey bool     `json:"primary_key,omitempty"`
	References string   `json:"references,omitempty"`
	Examples   []string `json:"examples,omitempty"`
}

// commentedTable is what the model answers about one.
type commentedTable struct {
	Table   string            `json:"table"`
	Comment string            `json:"comment"`
	Columns []commentedColumn `json:"columns"`
}

type commentedColumn struct {
	Name    string `json:"name"`
	Comment string `json:"comment"`
}

type commentAnswer struct {
	Tables []commentedTable `json:"tables"`
}

// batches are the tables that lack comments, in questions of bounded size. The
// same tables make the same questions.
func (w *work) batches() (batches [][]askedTable) {
	b := newBook(w.lang, w.schema, w.samples)
	b.generated = w.generated
	var batch []askedTable
	columns := 0
	for _, t := range w.schema.Tables {
		if !lacks(b.told(t)) {
			continue
		}
		for _, part := range parts(b.asked(b.told(w.discreet(t)))) {
			if len(batch) == batchTables || len(batch) > 0 && columns+len(part.Columns) > batchColumns {
				batches, batch, columns = append(batches, batch), nil, 0
			}
			batch, columns = append(batch, part), columns+len(part.Columns)
		}
	}
	if len(batch) > 0 {
		batches = append(batches, batch)
	}
	return batches
}

func (b *book) asked(t *catalog.Table) askedTable {
	asked := askedTable{Table: t.FullName().String(), Kind: t.Kind, Comment: oneLine(t.Comment)}
	for i := range t.Columns {
		c := &t.Columns[i]
		column := askedColumn{Name: c.Name, Type: displayType(c), Comment: oneLine(c.Comment), PrimaryKey: inPrimaryKey(t, c)}
		for _, k := range keysOf(t, c) {
			column.References = k.References().String() + "(" + strings.Join(k.RefColumns, ", ") + ")"
		}
		for _, example := range b.examples(t, c) {
			column.Examples = append(column.Examples, shown(example))
		}
		asked.Columns = append(asked.Columns, column)
	}
	return asked
}

// shown cuts an example.
func shown(example string) string {
	if utf8.RuneCountInString(example) <= maxShown {
		return example
	}
	return string([]rune(example)[:maxShown]) + "…"
}

// parts splits a table that is too wide for one question.
func parts(t askedTable) (parts []askedTable) {
	for len(t.Columns) > batchColumns {
		part := t
		part.Columns, t.Columns = t.Columns[:batchColumns:batchColumns], t.Columns[batchColumns:]
		parts = append(parts, part)
	}
	return append(parts, t)
}

// askFor asks for the comments of a batch. Where the answer cannot be used, it
// asks for each half, so that one odd table costs no other its comments.
func (w *work) askFor(ctx context.Context, batch []askedTable) ([]commentedTable, error) {
	p, err := prompts.Render("comments", w.lang, map[string]any{
		"Context": w.run.Request.BusinessContext, "Tables": batch, "TableLimit": tableLimit, "ColumnLimit": columnLimit,
	})
	if err != nil {
		return nil, err
	}
	answer, err := llm.Ask(ctx, w.run.Model, p, func(a *commentAnswer) error { return checkComments(batch, a) })
	if !errors.Is(err, llm.ErrAnswer) || errors.Is(err, llm.ErrGivenUp) || len(batch) == 1 {
		return answer.Tables, err
	}
	half := len(batch) / 2
	first, firstErr := w.askFor(ctx, batch[:half])
	second, secondErr := w.askFor(ctx, batch[half:])
	return append(first, second...), errors.Join(firstErr, secondErr)
}

// checkComments refuses comments on what was not asked about, and text that is
// no comment.
func checkComments(batch []askedTable, a *commentAnswer) error {
	known := map[string]map[string]bool{}
	for _, t := range batch {
		if known[t.Table] == nil {
			known[t.Table] = map[string]bool{}
		}
		for _, c := range t.Columns {
			known[t.Table][c.Name] = true
		}
	}
	for _, t := range a.Tables {
		columns, ok := known[t.Table]
		if !ok {
			return fmt.Errorf("there is no table %q among those given", t.Table)
		}
		if err := checkText(t.Comment, tableLimit*slack); err != nil {
			return fmt.Errorf("comment of table %s: %w", t.Table, err)
		}
		for _, c := range t.Columns {
			if !columns[c.Name] {
				return fmt.Errorf("table %s has no column %q among those given", t.Table, c.Name)
			}
			if err := checkText(c.Comment, columnLimit*slack); err != nil {
				return fmt.Errorf("comment of column %s.%s: %w", t.Table, c.Name, err)
			}
		}
	}
	return nil
}

// checkText refuses what would not stay within a comment line, or would show as
// something else than it is.
func checkText(text string, limit int) error {
	hidden := func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || r == unicode.ReplacementChar
	}
	switch {
	case utf8.RuneCountInString(text) > limit:
		return fmt.Errorf("longer than %d characters", limit)
	case strings.ContainsFunc(text, hidden):
		return errors.New("it has line breaks or characters that cannot be seen")
	case strings.Contains(text, "--") || strings.Contains(text, "/*") || strings.Contains(text, "*/"):
		return errors.New("it has marks of SQL comments")
	}
	return nil
}
