package vector

import "github.com/google/uuid"

// namespace makes our ids differ from other UUIDv5 of the same text.
var namespace = uuid.MustParse("7c9f1c55-21a4-5f0e-9d3b-6a4e0b0f6a52")

// Kind is a kind of training data: the name of its collection, before any
// prefix, and the end of its ids.
type Kind struct{ Collection, suffix string }

// The kinds.
var (
	SQL           = Kind{"sql", "-sql"}
	DDL           = Kind{"ddl", "-ddl"}
	Documentation = Kind{"documentation", "-doc"}
)

// Kinds are all of them, in the order in which they are shown.
func Kinds() []Kind { return []Kind{SQL, DDL, Documentation} }

// KindOf is the kind of a collection's name without prefix; the zero Kind where
// there is none.
func KindOf(collection string) Kind {
	for _, k := range Kinds() {
		if k.Collection == collection {
			return k
		}
	}
	return Kind{}
}

// ID is the id of a document: the same for the same text in the same collection
// and database, whoever loads it.
func (k Kind) ID(database, collection, text string) string {
	return uuid.NewSHA1(namespace, []byte(database+"\x00"+collection+"\x00"+text)).String() + k.suffix
}
