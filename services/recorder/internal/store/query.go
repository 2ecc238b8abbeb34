package store

import "embed"

//go:embed queries/*.sql
var queries embed.FS

// query returns the SQL of a file of queries. A name without a file is a
// mistake in this package.
func query(name string) string {
	text, err := queries.ReadFile("queries/" + name + ".sql")
	if err != nil {
		panic(err)
	}
	return string(text)
}
