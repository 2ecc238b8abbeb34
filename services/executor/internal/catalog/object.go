package catalog

import "strings"

// ObjectKind is a kind of things that tables need.
type ObjectKind string

// The kinds of objects.
const (
	Extension         ObjectKind = "extension"
	CollationObject   ObjectKind = "collation"
	TextDictionary    ObjectKind = "text search dictionary"
	TextConfiguration ObjectKind = "text search configuration"
	EnumType          ObjectKind = "enum"
	DomainType        ObjectKind = "domain"
	CompositeType     ObjectKind = "composite"
	RangeType         ObjectKind = "range"
	FunctionObject    ObjectKind = "function"
	AggregateObject   ObjectKind = "aggregate"
	OperatorObject    ObjectKind = "operator"
	SequenceObject    ObjectKind = "sequence"
	WrapperObject     ObjectKind = "foreign data wrapper"
	ServerObject      ObjectKind = "server"
	UnsupportedObject ObjectKind = "unsupported" // named, but not made by Definition
)

// Object is something that a table's definition refers to: a type, a sequence
// behind a default, a function in a check, the server of a foreign table.
type Object struct {
	Kind ObjectKind
	// Schema is empty for servers and foreign data wrappers, which have none.
	Schema  string
	Name    string // functions with their argument types: "is_even(integer)"
	Comment string
	// Definition makes the object, comments included: one or more SQL
	// statements, each ended by a semicolon.
	Definition string
	// OwnedBy is the column whose removal takes a sequence with it.
	OwnedBy *ColumnName
	// Needs are the objects that must exist first.
	Needs []*Object
	// DependsOn are the relations that must exist first, be it for the object or
	// for one that it needs. Sorted by name.
	DependsOn []Name
}

// SQL is the object's name as SQL takes it.
func (o *Object) SQL() string {
	switch o.Kind {
	case Extension, ServerObject, WrapperObject:
		return Quote(o.Name)
	case FunctionObject, AggregateObject, OperatorObject: // quoted already, with its arguments
		return Quote(o.Schema) + "." + o.Name
	}
	return Name{o.Schema, o.Name}.SQL()
}

func (o *Object) sqlKind() string {
	switch o.Kind {
	case EnumType, CompositeType, RangeType:
		return "TYPE"
	}
	return strings.ToUpper(string(o.Kind))
}

// ColumnName is a column's name with its table.
type ColumnName struct {
	Table  Name
	Column string
}
