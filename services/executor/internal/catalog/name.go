package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Name is the name of a table or a type with its schema, both as the database
// stores them, unquoted.
type Name struct {
	Schema string
	Name   string
}

// SQL is the name as SQL takes it, quoted where it has to be.
func (n Name) SQL() string { return Quote(n.Schema) + "." + Quote(n.Name) }

// String is the name as people read it. A part is quoted only if it holds
// anything but letters, digits, "_" and "$"; ParseList reads it back.
func (n Name) String() string { return plain(n.Schema) + "." + plain(n.Name) }

// ParseName reads what String writes.
func ParseName(text string) (Name, error) {
	parts, why := splitParts(text)
	if why != "" || len(parts) != 2 {
		return Name{}, fmt.Errorf("%.80q is not schema.table", text)
	}
	return Name{parts[0].text, parts[1].text}, nil
}

// Compare orders names by schema, then by name, bytewise.
func (n Name) Compare(o Name) int {
	return cmp.Or(strings.Compare(n.Schema, o.Schema), strings.Compare(n.Name, o.Name))
}

// Quote returns an identifier as SQL takes it: quoted only where it has to be,
// by the same rule as the server's quote_ident.
func Quote(identifier string) string {
	if isPlainSQL(identifier) {
		return identifier
	}
	return quoted(identifier)
}

// QuoteAll quotes identifiers and joins them with ", ".
func QuoteAll(identifiers []string) string {
	out := make([]string, len(identifiers))
	for i, id := range identifiers {
		out[i] = Quote(id)
	}
	return strings.Join(out, ", ")
}

// Literal returns text as an SQL string literal. One with a backslash takes
// the E” form, so that it means the same whatever standard_conforming_strings
// says.
func Literal(text string) string {
	text = strings.ReplaceAll(text, "'", "''")
	if strings.Contains(text, `\`) {
		return `E'` + strings.ReplaceAll(text, `\`, `\\`) + `'`
	}
	return `'` + text + `'`
}

func plain(identifier string) string {
	odd := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '$' }
	if identifier == "" || strings.ContainsFunc(identifier, odd) {
		return quoted(identifier)
	}
	return identifier
}

func quoted(identifier string) string {
	return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"`
}

func isPlainSQL(identifier string) bool {
	for i, b := range []byte(identifier) {
		letter := b >= 'a' && b <= 'z' || b == '_'
		if digit := b >= '0' && b <= '9'; !letter && (!digit || i == 0) {
			return false
		}
	}
	_, keyword := slices.BinarySearch(keywords, identifier)
	return identifier != "" && !keyword
}

// keywords are the words that need quotes as an identifier, from PostgreSQL 13
// to 18: every keyword that the server does not class as unreserved. Sorted.
var keywords = strings.Fields(`
all analyse analyze and any array as asc asymmetric authorization between
bigint binary bit boolean both case cast char character check coalesce collate
collation column concurrently constraint create cross current_catalog
current_date current_role current_schema current_time current_timestamp
current_user dec decimal default deferrable desc distinct do else end except
exists extract false fetch float for foreign freeze from full grant greatest
group grouping having ilike in initially inner inout int integer intersect
interval into is isnull join json json_array json_arrayagg json_exists
json_object json_objectagg json_query json_scalar json_serialize json_table
json_value lateral leading least left like limit localtime localtimestamp
merge_action national natural nchar none normalize not notnull null nullif
numeric offset on only or order out outer overlaps overlay placing position
precision primary real references returning right row select session_user
setof similar smallint some substring symmetric system_user table tablesample
then time timestamp to trailing treat trim true union unique user using values
varchar variadic verbose when where window with xmlattributes xmlconcat
xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
xmlserialize xmltable
`)
