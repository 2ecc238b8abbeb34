package catalog

import "github.com/jackc/pgx/v5"

// columnType is what a type is behind its domains.
type columnType struct {
	domain   bool
	base     string
	category Category
	labels   []string
}

func (r *reader) columnType(row pgx.CollectableRow) error {
	var oid uint32
	var t columnType
	var name, kind, category string
	if err := row.Scan(&oid, &t.domain, &t.base, &name, &kind, &category, &t.labels); err != nil {
		return err
	}
	t.category = categorize(name, kind, category)
	if len(t.labels) == 0 {
		t.labels = nil
	}
	r.types[oid] = t
	return nil
}

// categorize judges by pg_type's typname, typtype and typcategory.
func categorize(name, kind, category string) Category {
	switch kind {
	case "e":
		return Enum
	case "c":
		return Composite
	case "r", "m":
		return Range
	}
	switch category {
	case "A":
		return Array
	case "B":
		return Boolean
	case "S":
		return Text
	case "T":
		return Interval
	}
	if c, known := categories[name]; known {
		return c
	}
	return Other
}

var categories = map[string]Category{
	"int2": Integer, "int4": Integer, "int8": Integer,
	"numeric": Decimal, "float4": Decimal, "float8": Decimal, "money": Decimal,
	"char": Text, "date": Date, "timestamp": Timestamp, "timestamptz": Timestamp,
	"time": Time, "timetz": Time, "uuid": UUID, "json": JSON, "jsonb": JSON, "bytea": Binary,
}

func (r *reader) column(row pgx.CollectableRow) error {
	var (
		table, typ          uint32
		c                   Column
		generated, identity string
		options             []string
	)
	err := row.Scan(&table, &c.Name, &c.Comment, &c.Type, &typ, &c.NotNull, &c.Default,
		&generated, &identity, &c.Collation, &c.Inherited, &options, &c.Readable)
	if err != nil {
		return err
	}
	c.Default, c.Options = scrub(c.Default), parseOptions(options)
	t := r.types[typ]
	c.Category, c.Enum, c.BaseType = t.category, t.labels, c.Type
	if t.domain {
		c.BaseType = t.base
	}
	c.Generated = map[string]string{"s": "stored", "v": "virtual"}[generated]
	if identity != "" {
		c.Identity = &Identity{Always: identity == "a"}
	}
	r.tables[table].Columns = append(r.tables[table].Columns, c)
	return nil
}

func (r *reader) partitionColumn(row pgx.CollectableRow) error {
	var partition uint32
	var c PartitionColumn
	if err := row.Scan(&partition, &c.Name, &c.Comment, &c.Default, &c.OwnDefault, &c.OwnNotNull); err != nil {
		return err
	}
	c.Default = scrub(c.Default)
	p := r.partitions[partition]
	p.Columns = append(p.Columns, c)
	return nil
}

// identity is the sequence behind a column that has been read.
func (r *reader) identity(row pgx.CollectableRow) error {
	var table uint32
	var column string
	var s Sequence
	var comment string
	err := row.Scan(&table, &column, &s.Schema, &s.Name, &s.Type,
		&s.Start, &s.Increment, &s.Min, &s.Max, &s.Cache, &s.Cycle, &comment)
	if err != nil {
		return err
	}
	if c := r.tables[table].Column(column); c != nil && c.Identity != nil {
		c.Identity.Sequence, c.Identity.Comment = s, comment
	}
	return nil
}
