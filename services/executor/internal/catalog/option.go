package catalog

import (
	"regexp"
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// masked stands for a value that nobody should see.
const masked = "***"

// parseOptions reads options as the server keeps them: "name=value".
func parseOptions(list []string) []Option {
	var options []Option
	for _, text := range list {
		name, value, _ := strings.Cut(text, "=")
		if mask.NamesSecret(name, "") || looksSecret([]byte(value)) || secretWithin.MatchString(value) {
			value = masked
		}
		options = append(options, Option{name, value})
	}
	slices.SortFunc(options, func(a, b Option) int { return strings.Compare(a.Name, b.Name) })
	return options
}

// OptionsSQL is OPTIONS (…) as foreign tables and their columns take it, or
// nothing.
func OptionsSQL(options []Option) string {
	if len(options) == 0 {
		return ""
	}
	list := make([]string, len(options))
	for i, o := range options {
		list[i] = Quote(o.Name) + " " + Literal(o.Value)
	}
	return "OPTIONS (" + strings.Join(list, ", ") + ")"
}

// secretWithin matches values of which a part is secret: connection strings in
// their several forms, headers of requests.
var secretWithin = regexp.MustCompile(`(?i)(passw(or)?d|pwd|secret|token|api_?key|access_?key)\s*[=:]|` +
	`\b(authorization|bearer)\b`)

var (
	// literal matches a string constant of SQL.
	literal = regexp.MustCompile(`'(?:[^']|'')*'`)
	// connection tells connection strings from other texts.
	connection = regexp.MustCompile(`(?i)\b(host|hostaddr|dbname|user|port|service)\s*=`)
	// password matches the password of a connection string, in quotes or not.
	password = regexp.MustCompile(`(?i)\b(password\s*=\s*)(?:''(?:[^'\\]|\\.)*''|[^\s']+)`)
	// authority matches the password of an address.
	authority = regexp.MustCompile(`(?i)([a-z]://[^/\s:@']*:)[^/\s@']+@`)
)

// scrub takes the passwords out of connection strings that SQL holds as string
// constants, such as the argument of dblink.
func scrub(sql string) string {
	if !strings.Contains(sql, "=") && !strings.Contains(sql, "://") {
		return sql
	}
	return literal.ReplaceAllStringFunc(sql, func(text string) string {
		if connection.MatchString(text) {
			text = password.ReplaceAllString(text, "${1}"+masked)
		}
		return authority.ReplaceAllString(text, "${1}"+masked+"@")
	})
}

func withoutSemicolon(sql string) string {
	return strings.TrimSuffix(strings.TrimSpace(sql), ";")
}
