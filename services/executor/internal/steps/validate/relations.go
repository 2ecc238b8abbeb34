package validate

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

//go:embed relations.sql
var relationsQuery string

// relations are the tables and views of a database.
type relations struct {
	all     map[catalog.Name]bool
	visible map[string]catalog.Name // what a name without a schema means, by search_path
}

func readRelations(ctx context.Context, db *pgxpool.Pool) (relations, error) {
	rows, err := db.Query(ctx, relationsQuery)
	if err != nil {
		return relations{}, fmt.Errorf("read relations: %w", err)
	}
	defer rows.Close()
	known := relations{map[catalog.Name]bool{}, map[string]catalog.Name{}}
	for rows.Next() {
		var name catalog.Name
		var visible bool
		if err := rows.Scan(&name.Schema, &name.Name, &visible); err != nil {
			return relations{}, fmt.Errorf("read relations: %w", err)
		}
		known.all[name] = true
		if visible {
			known.visible[name.Name] = name
		}
	}
	if err := rows.Err(); err != nil {
		return relations{}, fmt.Errorf("read relations: %w", err)
	}
	return known, nil
}

// maxName is the length in bytes at which the server cuts names.
const maxName = 63

// read are the tables that a text reads, as the server resolves their names.
// What is none of the database's tables is left out.
func (known relations) read(sql string) (read []catalog.Name) {
	for _, parts := range pairs.TableNames(sql) {
		for i, part := range parts {
			parts[i] = strings.ToValidUTF8(part[:min(len(part), maxName)], "")
		}
		n := len(parts)
		name := known.visible[parts[n-1]]
		if n > 1 {
			name = catalog.Name{Schema: parts[n-2], Name: parts[n-1]}
		}
		if known.all[name] {
			read = append(read, name)
		}
	}
	return read
}

// schema is the tables that a text reads, to describe it by.
func (known relations) schema(sql string) *catalog.Schema {
	schema := &catalog.Schema{}
	for _, name := range known.read(sql) {
		schema.Tables = append(schema.Tables, &catalog.Table{Schema: name.Schema, Name: name.Name})
	}
	return schema
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
