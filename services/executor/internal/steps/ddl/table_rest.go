package ddl

import (
	"fmt"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// partitions writes a table's partitions with what they have of their own.
func (b *book) partitions(text *strings.Builder, t *catalog.Table) {
	for _, p := range t.Partitions {
		kind := partitionKind(p)
		if p.Unlogged {
			kind = "UNLOGGED " + kind
		}
		fmt.Fprintf(text, "CREATE %s %s PARTITION OF %s %s", kind, p.FullName().SQL(), p.Parent.SQL(), p.Bound)
		if p.PartitionKey != "" {
			fmt.Fprintf(text, " PARTITION BY %s", p.PartitionKey)
		}
		if p.Foreign != nil {
			text.WriteString(serverOf(p.Foreign))
		}
		text.WriteString(";\n")
		partitionColumns(text, p)
		for _, c := range p.Constraints {
			addConstraint(text, p.FullName(), c)
		}
		b.indexes(text, p.Indexes)
		b.partitionKeys(text, p)
		commentOn(text, partitionKind(p)+" "+p.FullName().SQL(), p.Comment)
		indexComments(text, p.Schema, p.Indexes)
	}
}

func partitionColumns(text *strings.Builder, p *catalog.Partition) {
	for _, c := range p.Columns {
		column := catalog.Quote(c.Name)
		alter := fmt.Sprintf("ALTER TABLE ONLY %s ALTER COLUMN %s", p.FullName().SQL(), column)
		switch {
		case !c.OwnDefault:
		case c.Default == "":
			fmt.Fprintf(text, "%s DROP DEFAULT;\n", alter)
		default:
			fmt.Fprintf(text, "%s SET DEFAULT %s;\n", alter, c.Default)
		}
		if c.OwnNotNull {
			fmt.Fprintf(text, "%s SET NOT NULL;\n", alter)
		}
		commentOn(text, "COLUMN "+p.FullName().SQL()+"."+column, c.Comment)
	}
}

func partitionKind(p *catalog.Partition) string {
	if p.Foreign != nil {
		return "FOREIGN TABLE"
	}
	return "TABLE"
}

func (b *book) partitionKeys(text *strings.Builder, p *catalog.Partition) {
	for i := range p.ForeignKeys {
		switch k := &p.ForeignKeys[i]; {
		case b.order.Deferred[k]:
		case !b.isThere(k.References()):
			fmt.Fprintf(text, "-- %s: %s\n", p.FullName(), b.absentKey(k))
		default:
			addConstraint(text, p.FullName(), k.Constraint)
		}
	}
}

// isThere says whether the list has a table.
func (b *book) isThere(n catalog.Name) bool { return b.tables[n] != nil }

// inheritedColumns gives columns that stand in a parent what the table changed
// about them.
func (b *book) inheritedColumns(text *strings.Builder, t *catalog.Table) {
	if len(b.parents(t)) == 0 {
		return
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		parent := b.parentColumn(t, c)
		if !c.Inherited || parent == nil || c.Generated != "" {
			continue
		}
		alter := fmt.Sprintf("ALTER TABLE ONLY %s ALTER COLUMN %s", t.FullName().SQL(), catalog.Quote(c.Name))
		switch c.Default {
		case parent.Default:
		case "":
			fmt.Fprintf(text, "%s DROP DEFAULT;\n", alter)
		default:
			fmt.Fprintf(text, "%s SET DEFAULT %s;\n", alter, c.Default)
		}
		if c.NotNull && !parent.NotNull && !inPrimaryKey(t, c) {
			fmt.Fprintf(text, "%s SET NOT NULL;\n", alter)
		}
	}
}

func (b *book) parentColumn(t *catalog.Table, c *catalog.Column) *catalog.Column {
	for _, n := range t.Inherits {
		if parent := b.tables[n]; parent != nil && parent.Column(c.Name) != nil {
			return parent.Column(c.Name)
		}
	}
	return nil
}

// ownedSequences ties sequences to the columns that own them.
func (b *book) ownedSequences(text *strings.Builder, t *catalog.Table) {
	for _, o := range b.schema.Objects {
		if o.OwnedBy != nil && o.OwnedBy.Table == t.FullName() {
			fmt.Fprintf(text, "ALTER SEQUENCE %s OWNED BY %s.%s;\n", o.SQL(), t.FullName().SQL(), catalog.Quote(o.OwnedBy.Column))
		}
	}
}

func (b *book) comments(text *strings.Builder, t *catalog.Table) {
	table := t.FullName().SQL()
	commentOn(text, sqlKind(t.Kind)+" "+table, t.Comment)
	for _, c := range t.Columns {
		commentOn(text, "COLUMN "+table+"."+catalog.Quote(c.Name), c.Comment)
		if i := c.Identity; i != nil {
			commentOn(text, "SEQUENCE "+catalog.Name{Schema: i.Sequence.Schema, Name: i.Sequence.Name}.SQL(), i.Comment)
		}
	}
	for _, c := range b.ownConstraints(t) {
		constraintComments(text, t.FullName(), c)
	}
	indexComments(text, t.Schema, t.Indexes)
}

// ownConstraints are those that the table's file makes.
func (b *book) ownConstraints(t *catalog.Table) []catalog.Constraint {
	var list []catalog.Constraint
	if t.PrimaryKey != nil {
		list = append(list, *t.PrimaryKey)
	}
	list = append(list, t.Uniques...)
	for i := range t.ForeignKeys {
		k := &t.ForeignKeys[i]
		if !k.OnPartitions && !b.order.Deferred[k] && b.isThere(k.References()) {
			list = append(list, k.Constraint)
		}
	}
	return append(append(list, t.Checks...), t.Exclusions...)
}

func indexComments(text *strings.Builder, schema string, indexes []catalog.Index) {
	for _, i := range indexes {
		commentOn(text, "INDEX "+catalog.Name{Schema: schema, Name: i.Name}.SQL(), i.Comment)
	}
}
