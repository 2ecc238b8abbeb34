// Package catalog reads what a PostgreSQL database (13 to 18) says about its
// own tables, in a number of queries that does not grow with the tables.
//
// Everything is exact: types, expressions and definitions are the server's own
// words, with every name outside pg_catalog qualified by its schema, so that
// they mean the same under any search_path.
package catalog

// Schema is what a database says about a set of tables.
type Schema struct {
	// Database is the database's name.
	Database string
	// ServerVersion is the server's version as PostgreSQL counts it: 150004.
	ServerVersion int
	// Namespaces are the schemas of the tables and objects, sorted by name.
	Namespaces []Namespace
	// Objects are what the tables need to exist first, each after those it
	// needs itself.
	Objects []*Object
	// Tables are sorted by schema and name. See LoadOrder for another order.
	Tables []*Table
	// Locked are tables that were left out since another session locks them, or
	// what they read. Sorted.
	Locked []Name
}

// Namespace is a schema in PostgreSQL's sense.
type Namespace struct {
	Name    string
	Comment string
}
