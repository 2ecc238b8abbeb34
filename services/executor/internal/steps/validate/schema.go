package validate

import (
	"io/fs"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// knownSchema is the names of the tables of the task's snapshot, by which the
// tables of a statement that was changed are told; nil where there is none that
// can be read.
func knownSchema(in fs.FS) *catalog.Schema {
	data, err := fs.ReadFile(in, snapshot.FileName)
	if err != nil {
		return nil
	}
	taken, err := snapshot.Decode(data)
	if err != nil {
		return nil
	}
	schema := &catalog.Schema{}
	for _, t := range taken.Tables {
		var parts []string
		tokens, _ := sqltext.Scan(t.Table)
		for _, token := range tokens {
			if part, ok := token.Name(); ok {
				parts = append(parts, part)
			}
		}
		if len(parts) == 2 {
			schema.Tables = append(schema.Tables, &catalog.Table{Schema: parts[0], Name: parts[1]})
		}
	}
	return schema
}
