package mask

import "strings"

// family is what a type can hold.
type family int

const (
	textFamily family = iota
	numberFamily
	timeFamily
	documentFamily // JSON
	networkFamily
	hardwareFamily
	geometryFamily
	fixedFamily // nothing personal, or nothing that is read
	otherFamily
)

var families = byName(map[family]string{
	textFamily:     "text character varchar char bpchar citext name \"char\"",
	numberFamily:   "integer bigint smallint numeric real double money",
	timeFamily:     "date timestamp",
	documentFamily: "json jsonb",
	networkFamily:  "inet cidr",
	hardwareFamily: "macaddr macaddr8",
	geometryFamily: "point geometry geography",
	fixedFamily:    "boolean uuid bytea tsvector interval time bit oid",
})

// typeFamily classifies a type as SQL, or the elements of an array.
func typeFamily(sql string) family {
	base := strings.TrimSuffix(sql, "[]")
	if i := strings.IndexAny(base, " ("); i > 0 {
		base = base[:i]
	}
	base = base[strings.LastIndexByte(base, '.')+1:]
	if f, known := families[base]; known {
		return f
	}
	return otherFamily
}

func byName(families map[family]string) map[string]family {
	names := map[string]family{}
	for f, list := range families {
		for name := range strings.FieldsSeq(list) {
			names[name] = f
		}
	}
	return names
}

// fixed says that the column's values are never masked.
func (c Column) fixed() bool { return c.Enum || typeFamily(c.Type) == fixedFamily }

func (c Column) isTime() bool { return typeFamily(c.Type) == timeFamily }

func (c Column) isArray() bool { return strings.HasSuffix(c.Type, "[]") }

// fits says whether values of a type can be of a kind.
func (f family) fits(kind Kind) bool {
	switch f {
	case numberFamily:
		switch kind {
		case Name, Email, Address, Profile, Secret:
			return false
		}
	case timeFamily:
		return kind == Birth
	}
	return true
}
