package ddl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// book renders the documents about a set of tables.
type book struct {
	lang      events.Language
	schema    *catalog.Schema
	order     catalog.Order
	files     naming
	samples   map[catalog.Name]map[string]catalog.Sample
	tables    map[catalog.Name]*catalog.Table
	generated map[catalog.Name]writings
	terms     *profile.Database // nil in English
	// children are the names, for people, of those that inherit from a table.
	children map[catalog.Name][]string
	place    map[*catalog.Object]string           // the file that makes it
	within   map[*catalog.Table][]*catalog.Object // what the table's own file makes
}

func newBook(lang events.Language, schema *catalog.Schema, samples map[catalog.Name]map[string]catalog.Sample) *book {
	b := &book{
		lang: lang, schema: schema, samples: samples,
		order:  schema.LoadOrder(),
		files:  nameFiles(schema),
		terms:  terms(lang, schema),
		tables: map[catalog.Name]*catalog.Table{}, children: map[catalog.Name][]string{},
		place:  map[*catalog.Object]string{},
		within: map[*catalog.Table][]*catalog.Object{},
	}
	for _, t := range schema.Tables {
		b.tables[t.FullName()] = t
		for _, parent := range t.Inherits {
			b.children[parent] = append(b.children[parent], display(t.FullName()))
		}
	}
	b.placeObjects()
	return b
}

// typesFiles makes what the tables need: schemas, extensions, types, functions
// and sequences.
func (b *book) typesFiles() map[string]string {
	files := map[string]string{}
	for _, n := range b.schema.Namespaces {
		name := b.files.schemas[n.Name] + typesSuffix
		if text := b.typesFile(name, n); text != "" {
			files[name] = text
		}
	}
	return files
}

func (b *book) typesFile(name string, own catalog.Namespace) string {
	spaces := []string{own.Name}
	var statements []string
	bodies := false
	for _, o := range b.schema.Objects {
		if b.place[o] == name {
			spaces = append(spaces, o.Schema)
			bodies = bodies || o.Kind == catalog.FunctionObject
			statements = append(statements, b.object(o))
		}
	}
	head := createSchemas(spaces)
	if hasOwnComment(own) {
		head = append(head, "COMMENT ON SCHEMA "+catalog.Quote(own.Name)+" IS "+catalog.Literal(own.Comment)+";")
	}
	if bodies {
		head = append(head, uncheckedBodies)
	}
	if len(head)+len(statements) == 0 {
		return ""
	}
	title := b.lang.Sprintf("-- 模式 %s 中的表所需的类型与序列\n", "-- Types and sequences that tables of schema %s need\n", oneLine(own.Name))
	return title + strings.Join(append(head, statements...), "\n") + "\n"
}

func createSchemas(names []string) []string {
	slices.Sort(names)
	var statements []string
	for _, n := range slices.Compact(names) {
		if isMade(n) {
			statements = append(statements, "CREATE SCHEMA IF NOT EXISTS "+catalog.Quote(n)+";")
		}
	}
	return statements
}

// isMade says whether a schema is none that every database has.
func isMade(schema string) bool {
	return schema != "" && schema != "public" && !strings.HasPrefix(schema, "pg_")
}

// hasOwnComment says whether a schema's comment is none that every database has.
func hasOwnComment(n catalog.Namespace) bool {
	return n.Comment != "" && (isMade(n.Name) || n.Name == "public" && n.Comment != "standard public schema")
}

// constraintsFiles add the foreign keys that form a circle between tables.
func (b *book) constraintsFiles() map[string]string {
	files := map[string]string{}
	for _, n := range b.schema.Namespaces {
		var text strings.Builder
		for _, t := range b.order.Tables {
			if t.Schema == n.Name {
				b.deferred(&text, t)
			}
		}
		if text.Len() > 0 {
			title := b.lang.Sprintf("-- 模式 %s 中相互引用的外键，在所有表之后创建\n",
				"-- Foreign keys of schema %s that form a circle, to be added after all tables\n", oneLine(n.Name))
			files[b.files.schemas[n.Name]+constraintsSuffix] = title + text.String()
		}
	}
	return files
}

func (b *book) deferred(text *strings.Builder, t *catalog.Table) {
	for owner, k := range t.DeclaredKeys() {
		if b.order.Deferred[k] {
			addConstraint(text, owner, k.Constraint)
		}
	}
}

// addConstraint adds a constraint and its comment to a table that exists.
func addConstraint(text *strings.Builder, table catalog.Name, c catalog.Constraint) {
	fmt.Fprintf(text, "ALTER TABLE %s\n  ADD CONSTRAINT %s %s;\n", table.SQL(), catalog.Quote(c.Name), c.Definition)
	constraintComments(text, table, c)
}

// constraintComments are those of a constraint and of the index behind it.
func constraintComments(text *strings.Builder, table catalog.Name, c catalog.Constraint) {
	commentOn(text, "CONSTRAINT "+catalog.Quote(c.Name)+" ON "+table.SQL(), c.Comment)
	commentOn(text, "INDEX "+catalog.Name{Schema: table.Schema, Name: c.Name}.SQL(), c.IndexComment)
}

func commentOn(text *strings.Builder, what, comment string) {
	if comment != "" {
		fmt.Fprintf(text, "COMMENT ON %s IS %s;\n", what, catalog.Literal(comment))
	}
}

// oneLine makes text fit into a comment of SQL.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text)), " ")
}
