package ddl

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// Entry says which files describe a table.
type Entry struct {
	Table  catalog.Name
	DDL    string // "demo_booking.ddl"
	Detail string // "demo_booking_detail.md"
}

const arrow = " -> "

// renderMapping lists the tables' files, in the order of the tables.
func renderMapping(lang events.Language, tables []*catalog.Table, files map[catalog.Name]Entry) string {
	var b strings.Builder
	b.WriteString(lang.Pick("# 表与文件的对应关系，按建表的先后顺序\n# 格式：schema.table -> DDL 文件, 说明文件\n\n",
		"# Tables and their files, in an order in which they can be created\n# Format: schema.table -> DDL file, description file\n\n"))
	for _, t := range tables {
		f := files[t.FullName()]
		fmt.Fprintf(&b, "%s%s%s, %s\n", f.Table, arrow, f.DDL, f.Detail)
	}
	return b.String()
}

// ReadMapping reads filename_mapping.txt. Its entries stand in an order in
// which the tables can be created. The error wraps fs.ErrNotExist where there
// is no such file, and otherwise says which line is wrong.
func ReadMapping(files fs.FS) ([]Entry, error) {
	f, err := files.Open(mappingFile)
	if err != nil {
		return nil, fmt.Errorf("read the mapping of files: %w", err)
	}
	defer func() { _ = f.Close() }() // only read from
	var entries []Entry
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\uFEFF"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", mappingFile, err)
		}
		entries = append(entries, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the mapping of files: %w", err)
	}
	return entries, nil
}

func parseEntry(line string) (Entry, error) {
	at := strings.LastIndex(line, arrow)
	if at < 0 {
		return Entry{}, fmt.Errorf("%.80q has no %q", line, arrow)
	}
	name, err := catalog.ParseName(line[:at])
	if err != nil {
		return Entry{}, err
	}
	ddl, detail, found := strings.Cut(line[at+len(arrow):], ",")
	e := Entry{name, strings.TrimSpace(ddl), strings.TrimSpace(detail)}
	if !found || !isFileName(e.DDL) || !isFileName(e.Detail) {
		return Entry{}, fmt.Errorf("%.80q does not name two files", line)
	}
	return e, nil
}

func isFileName(name string) bool {
	return name != "." && fs.ValidPath(name) && path.Base(name) == name
}

// LoadOrder names the SQL files of a folder in an order in which a database
// takes them: types, tables, constraints.
func LoadOrder(files fs.FS) ([]string, error) {
	entries, err := ReadMapping(files)
	if err != nil {
		return nil, err
	}
	var tables []string
	for _, e := range entries {
		tables = append(tables, e.DDL)
	}
	types, err := schemaFiles(files, typesSuffix, tables)
	if err != nil {
		return nil, err
	}
	constraints, err := schemaFiles(files, constraintsSuffix, tables)
	if err != nil {
		return nil, err
	}
	return slices.Concat(types, tables, constraints), nil
}

// schemaFiles are the files with a suffix that are no table's, sorted.
func schemaFiles(files fs.FS, suffix string, tables []string) ([]string, error) {
	names, err := fs.Glob(files, "*"+suffix)
	if err != nil {
		return nil, fmt.Errorf("find the files of schemas: %w", err)
	}
	return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(tables, n) }), nil
}

// Load runs the SQL files of a folder in their order.
func Load(ctx context.Context, conn *pgx.Conn, files fs.FS) error {
	names, err := LoadOrder(files)
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("load: %w", err)
		}
		if _, err := conn.PgConn().Exec(ctx, string(text)).ReadAll(); err != nil {
			return fmt.Errorf("load %s: %w", name, err)
		}
	}
	return nil
}
