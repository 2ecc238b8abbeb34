package quality

import (
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// cover finds the tables and columns that nobody asks about. The whole is what
// the task's list means, not what of it could be read.
func (m *measurement) cover() {
	tables, err := corpus.Tables(m.run.In)
	if err != nil {
		m.problem("filename_mapping.txt 无法读取：%v", "filename_mapping.txt cannot be read: %v", err)
	}
	columns := m.columns()
	if len(tables) == 0 {
		for table := range columns {
			tables = append(tables, table)
		}
		slices.Sort(tables)
	}
	used := use(m.good)
	c := &m.report.Coverage
	asked, named, all := 0, 0, 0
	tables = slices.DeleteFunc(tables, func(table string) bool { return slices.Contains(m.failed, table) })
	for _, table := range tables {
		all += len(columns[table])
		if used[table] == nil {
			c.Unasked = append(c.Unasked, table)
			continue
		}
		asked++
		unused := slices.DeleteFunc(slices.Clone(columns[table]), func(column string) bool { return used[table][column] })
		named += len(columns[table]) - len(unused)
		if len(unused) > 0 {
			c.Unused = append(c.Unused, UnusedColumns{table, unused})
		}
	}
	c.Unread = append(c.Unread, m.failed...)
	c.Tables, c.Columns = share(asked, len(tables)+len(c.Unread)), share(named, all)
}

// columns are those of each table of the task, by the snapshot of its schema.
func (m *measurement) columns() map[string][]string {
	data := m.read(snapshot.FileName)
	if data == nil {
		m.problem("没有 schema_snapshot.json，无法统计字段覆盖率", "there is no schema_snapshot.json: columns are not counted")
		return nil
	}
	schema, err := snapshot.Decode(data)
	if err != nil {
		m.problem("schema_snapshot.json 无法读取：%v", "schema_snapshot.json cannot be read: %v", err)
		return nil
	}
	m.report.SchemaVersion = schema.SchemaVersion
	columns := map[string][]string{}
	for _, t := range schema.Tables {
		for _, c := range t.Columns {
			columns[t.Table] = append(columns[t.Table], c.Name)
		}
	}
	return columns
}

// use returns, for each table that pairs read, the names that stand in their
// SQL. A column counts as used where its name does, which errs for a name that
// several tables of one statement share.
func use(pairs []events.Pair) map[string]map[string]bool {
	used := map[string]map[string]bool{}
	for _, p := range pairs {
		names := namesIn(p.SQL)
		for _, table := range p.Tables {
			if used[table] == nil {
				used[table] = map[string]bool{}
			}
			for _, name := range names {
				used[table][name] = true
			}
		}
	}
	return used
}

func namesIn(sql string) (names []string) {
	tokens, _ := sqltext.Scan(sql)
	for _, t := range tokens {
		if name, ok := t.Name(); ok {
			names = append(names, name)
		}
	}
	return names
}
