package ddl

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// commentsFile holds the comments that a model wrote, for later steps. It is
// there where a model wrote some.
const commentsFile = "generated_comments.json"

// Comments are comments that a model wrote for tables and columns that have
// none, as in generated_comments.json.
type Comments struct {
	Model string `json:"model"`
	// Tables are sorted by name.
	Tables []TableComments `json:"tables"`
}

// TableComments are those of one table.
type TableComments struct {
	Table   string `json:"table"`             // as schema.table
	Comment string `json:"comment,omitempty"` // "" where the table has one
	// Columns are by name.
	Columns map[string]string `json:"columns,omitempty"`
}

// ReadComments reads the comments that step 1 left; none where there is no such
// file. An error says that the file is not what this package writes.
func ReadComments(files fs.FS) (Comments, error) {
	var c Comments
	data, err := fs.ReadFile(files, commentsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return Comments{}, fmt.Errorf("%s: %w", commentsFile, err)
	}
	return c, nil
}

// of returns those of a table as the model answered them.
func (c Comments) of(name catalog.Name) (commentedTable, bool) {
	for _, t := range c.Tables {
		if t.Table != name.String() {
			continue
		}
		found := commentedTable{Table: t.Table, Comment: t.Comment}
		for column, comment := range t.Columns {
			found.Columns = append(found.Columns, commentedColumn{column, comment})
		}
		return found, true
	}
	return commentedTable{}, false
}

// Fill gives tables and columns of a schema the comments that they lack.
func (c Comments) Fill(schema *catalog.Schema) {
	wrote := map[string]TableComments{}
	for _, t := range c.Tables {
		wrote[t.Table] = t
	}
	for _, t := range schema.Tables {
		from, ok := wrote[t.FullName().String()]
		if !ok {
			continue
		}
		if oneLine(t.Comment) == "" {
			t.Comment = oneLine(from.Comment)
		}
		for i := range t.Columns {
			if column := &t.Columns[i]; oneLine(column.Comment) == "" {
				column.Comment = oneLine(from.Columns[column.Name])
			}
		}
	}
}

// commentsFiles is the file, or nothing where the model wrote nothing.
func (w *work) commentsFiles() (map[string]string, error) {
	if len(w.generated) == 0 {
		return nil, nil
	}
	c := Comments{Model: w.run.Model.Usage().Model}
	names := slices.SortedFunc(maps.Keys(w.generated), func(a, b catalog.Name) int { return strings.Compare(a.String(), b.String()) })
	for _, name := range names {
		g := w.generated[name]
		c.Tables = append(c.Tables, TableComments{Table: name.String(), Comment: g.table, Columns: g.columns})
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, err
	}
	return map[string]string{commentsFile: string(text) + "\n"}, nil
}

// joined is strings.Join over names on one line each.
func joined(separator string, names []string) string {
	return strings.Join(oneLines(names), separator)
}
