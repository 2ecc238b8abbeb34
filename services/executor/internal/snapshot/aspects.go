package snapshot

import "strings"

// aspect is something of a table or a column that is compared by itself.
type aspect struct {
	kind string
	of   func(any) string // Definition or Column → its value, empty for none
}

func ofTable(kind string, value func(Definition) string) aspect {
	return aspect{kind, func(v any) string { return value(v.(Definition)) }}
}

func ofColumn(kind string, value func(Column) string) aspect {
	return aspect{kind, func(v any) string { return value(v.(Column)) }}
}

// tableAspects and columnAspects cover every field of the two beyond names and
// lists that are compared part by part.
var (
	tableAspects = []aspect{
		ofTable(KindChanged, func(d Definition) string { return d.Kind }),
		ofTable(CommentChanged, func(d Definition) string { return d.Comment }),
		ofTable(PersistenceChanged, func(d Definition) string { return flag(d.Unlogged, "UNLOGGED") }),
		ofTable(PartitioningChanged, func(d Definition) string { return d.PartitionKey }),
		ofTable(InheritanceChanged, func(d Definition) string { return strings.Join(d.Inherits, ", ") }),
		ofTable(QueryChanged, func(d Definition) string { return d.Query }),
		ofTable(ServerChanged, func(d Definition) string { return d.Server }),
		ofTable(OptionsChanged, func(d Definition) string { return quoteAll(d.Options) }),
	}
	columnAspects = []aspect{
		ofColumn(TypeChanged, Column.fullType),
		ofColumn(NullabilityChanged, func(c Column) string { return flag(c.NotNull, "NOT NULL") }),
		ofColumn(DefaultChanged, func(c Column) string { return c.Default }),
		ofColumn(GenerationChanged, func(c Column) string { return c.Generated }),
		ofColumn(IdentityChanged, func(c Column) string { return c.Identity }),
		ofColumn(CollationChanged, func(c Column) string { return c.Collation }),
		ofColumn(CommentChanged, func(c Column) string { return c.Comment }),
		ofColumn(LabelsChanged, func(c Column) string { return quoteAll(c.Enum) }),
		ofColumn(OptionsChanged, func(c Column) string { return quoteAll(c.Options) }),
	}
)

func flag(set bool, word string) string {
	if set {
		return word
	}
	return ""
}

// fullType is the type, with what a domain stands for.
func (c Column) fullType() string {
	if c.BaseType == "" {
		return c.Type
	}
	return c.Type + " (" + c.BaseType + ")"
}

// sql is the column much as CREATE TABLE has it.
func (c Column) sql() string {
	parts := []string{c.fullType()}
	add := func(set bool, words ...string) {
		if set {
			parts = append(parts, words...)
		}
	}
	add(c.Collation != "", "COLLATE", c.Collation)
	add(c.Generated != "", "GENERATED ALWAYS AS", "("+c.Default+")", strings.ToUpper(c.Generated))
	add(c.Identity != "", "GENERATED", strings.ToUpper(c.Identity), "AS IDENTITY")
	add(c.Default != "" && c.Generated == "", "DEFAULT", c.Default)
	add(c.NotNull, "NOT NULL")
	return strings.Join(parts, " ")
}

// sql of constraints and indexes ends with their comments.
func (c Constraint) sql() string { return commented(c.Definition, c.Comment) }
func (i Index) sql() string      { return commented(i.Definition, i.Comment) }

func commented(definition, comment string) string {
	if comment == "" {
		return definition
	}
	return definition + " -- " + comment
}

// quoteAll keeps texts with commas apart.
func quoteAll(texts []string) string {
	quoted := make([]string, len(texts))
	for i, l := range texts {
		quoted[i] = "'" + strings.ReplaceAll(l, "'", "''") + "'"
	}
	return strings.Join(quoted, ", ")
}
