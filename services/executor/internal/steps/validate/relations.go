package validate

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

//go:embed relations.sql
var relationsQuery string

// relations are the tables and views of a database.
type relations struct {
	// whole is what counts for each: a partition counts as the table that it is
	// part of, at whatever depth, and all else as itself.
	whole   map[catalog.Name]catalog.Name
	visible map[string]catalog.Name // what a name without a schema means, by search_path
}

func readRelations(ctx context.Context, db *pgxpool.Pool) (relations, error) {
	known := relations{map[catalog.Name]catalog.Name{}, map[string]catalog.Name{}}
	rows, err := db.Query(ctx, relationsQuery)
	if err != nil {
		return known, fmt.Errorf("read relations: %w", err)
	}
	var name, whole catalog.Name
	var visible bool
	_, err = pgx.ForEachRow(rows, []any{&name.Schema, &name.Name, &visible, &whole.Schema, &whole.Name}, func() error {
		if known.whole[name] = name; whole.Name != "" {
			known.whole[name] = whole
		}
		if visible {
			known.visible[name.Name] = name
		}
		return nil
	})
	if err != nil {
		return known, fmt.Errorf("read relations: %w", err)
	}
	return known, nil
}

// maxName is the length in bytes at which the server cuts names.
const maxName = 63

// named are the tables that a text names, as the server resolves the names.
// What is none of the database's tables is left out.
func (known relations) named(sql string) (named []catalog.Name) {
	for _, parts := range pairs.TableNames(sql) {
		for i, part := range parts {
			parts[i] = strings.ToValidUTF8(part[:min(len(part), maxName)], "")
		}
		n := len(parts)
		name := known.visible[parts[n-1]]
		if n > 1 {
			name = catalog.Name{Schema: parts[n-2], Name: parts[n-1]}
		}
		if _, ok := known.whole[name]; ok {
			named = append(named, name)
		}
	}
	return named
}

// read are the tables that count for those that a text names.
func (known relations) read(sql string) []catalog.Name {
	read := known.named(sql)
	for i, name := range read {
		read[i] = known.whole[name]
	}
	return read
}

// describe is pairs.Describe by the names of the database.
func (known relations) describe(sql string) (tables, shapes []string, difficulty string) {
	schema := &catalog.Schema{}
	whole := map[string]string{}
	for _, name := range known.named(sql) {
		schema.Tables = append(schema.Tables, &catalog.Table{Schema: name.Schema, Name: name.Name})
		whole[name.String()] = known.whole[name].String()
	}
	tables, shapes, difficulty = pairs.Describe(sql, schema)
	for i, table := range tables {
		if counts, ok := whole[table]; ok {
			tables[i] = counts
		}
	}
	slices.Sort(tables)
	return slices.Compact(tables), shapes, difficulty
}

// checkTables refuses a text that reads no table, or one that is not of the
// task. Where the task's tables are not known, all are but the server's own.
func (r rules) checkTables(sql string) *refusal {
	read := r.relations.read(sql)
	if len(read) == 0 {
		return refuse(events.RungNames, reasonNoTable, r.lang.Pick("SQL 没有读取任何表", "the SQL reads no table"))
	}
	for _, name := range read {
		switch {
		case r.tables[name]:
		case ofServer(name):
			return refuse(events.RungNames, reasonSystemTable, r.lang.Sprintf("%s 是数据库系统表，不是该任务的表", "%s is a table of the database system, not a table of this task", name))
		case r.tables != nil:
			return refuse(events.RungNames, reasonOtherTable, r.lang.Sprintf("%s 不是该任务的表", "%s is not a table of this task", name))
		}
	}
	return nil
}

// ofServer reports whether a table is in a schema that the server keeps.
func ofServer(name catalog.Name) bool {
	return strings.HasPrefix(name.Schema, "pg_") || name.Schema == "information_schema"
}

// sharesTable reports whether a text reads a table of another's, or that one
// reads none that there is.
func (known relations) sharesTable(sql, other string) bool {
	theirs := known.read(other)
	return len(theirs) == 0 || slices.ContainsFunc(known.read(sql), func(name catalog.Name) bool { return slices.Contains(theirs, name) })
}
