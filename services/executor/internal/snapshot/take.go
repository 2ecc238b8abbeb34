package snapshot

import (
	"cmp"
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// Of is the snapshot of what a catalogue says. Text that is not UTF-8 is
// mended, so that the snapshot survives being written as JSON.
func Of(schema *catalog.Schema) *Snapshot {
	s := &Snapshot{Tables: make([]Table, 0, len(schema.Tables)), Objects: make([]Object, 0, len(schema.Objects))}
	for _, t := range schema.Tables {
		s.Tables = append(s.Tables, newTable(clean(t.FullName().String()), definition(t)))
	}
	for _, o := range schema.Objects {
		s.Objects = append(s.Objects, newObject(objectName(o), clean(o.Definition)))
	}
	slices.SortFunc(s.Tables, func(a, b Table) int { return cmp.Compare(a.Table, b.Table) })
	slices.SortFunc(s.Objects, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.Definition, b.Definition))
	})
	s.Tables = slices.CompactFunc(s.Tables, func(a, b Table) bool { return a.Table == b.Table }) // mended names may meet
	s.Objects = slices.CompactFunc(s.Objects, func(a, b Object) bool { return a.Object == b.Object })
	s.SchemaVersion = s.version()
	return s
}

// clean mends text that is not UTF-8.
func clean(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

func cleanAll(texts []string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, clean(text))
	}
	return all
}

func objectName(o *catalog.Object) string {
	name := o.Name
	if o.Schema != "" {
		name = o.Schema + "." + name
	}
	return clean(string(o.Kind) + " " + name)
}

func definition(t *catalog.Table) Definition {
	d := Definition{
		Kind: string(t.Kind), Comment: clean(t.Comment), Unlogged: t.Unlogged, PartitionKey: clean(t.PartitionKey),
		Constraints: constraints(t), Indexes: indexes(t),
	}
	if t.View != nil {
		d.Query, d.Options = clean(t.View.Query), options(t.View.Options)
	}
	if t.Foreign != nil {
		d.Server, d.Options = clean(t.Foreign.Server), options(t.Foreign.Options)
	}
	for _, parent := range t.Inherits {
		d.Inherits = append(d.Inherits, clean(parent.String()))
	}
	for i := range t.Columns {
		d.Columns = append(d.Columns, column(&t.Columns[i]))
	}
	return d
}

func column(c *catalog.Column) Column {
	column := Column{
		Name: clean(c.Name), Type: clean(c.Type), NotNull: c.NotNull, Default: clean(c.Default), Generated: c.Generated,
		Collation: clean(c.Collation), Comment: clean(c.Comment), Enum: cleanAll(c.Enum), Options: options(c.Options),
	}
	if c.BaseType != c.Type {
		column.BaseType = clean(c.BaseType)
	}
	if c.Identity != nil {
		column.Identity = map[bool]string{true: "always", false: "by default"}[c.Identity.Always]
	}
	return column
}

func options(list []catalog.Option) []string {
	var all []string
	for _, o := range list {
		all = append(all, clean(o.Name+"="+o.Value))
	}
	return all
}

func constraints(t *catalog.Table) []Constraint {
	var all []Constraint
	add := func(c catalog.Constraint) {
		all = append(all, Constraint{clean(c.Name), clean(c.Definition), clean(c.Comment)})
	}
	if t.PrimaryKey != nil {
		add(*t.PrimaryKey)
	}
	for _, k := range t.ForeignKeys {
		if k.OnPartitions {
			k.Name, k.Comment = "", ""
		}
		add(k.Constraint)
	}
	for _, c := range slices.Concat(t.Uniques, t.Checks, t.Exclusions) {
		add(c)
	}
	slices.SortFunc(all, func(a, b Constraint) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Definition, b.Definition))
	})
	return slices.Compact(all)
}

func indexes(t *catalog.Table) []Index {
	var all []Index
	for _, i := range t.Indexes {
		all = append(all, Index{clean(i.Name), clean(i.Definition), clean(i.Comment)})
	}
	slices.SortFunc(all, func(a, b Index) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
