package catalog

import (
	"regexp"
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// Option is a setting of a view, a foreign table or one of its columns. A value
// that seems to be secret is "***".
type Option struct{ Name, Value string }

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

// The password of a connection string: keys and values that nothing but blanks
// parts are no SQL, so a comparison with a column called password is no match.
const (
	connectionKey   = `\b(?:host|hostaddr|port|dbname|user|service|sslmode|connect_timeout|application_name)\s*=`
	connectionValue = `(?:''(?:[^'\\]|\\.)*''|[^\s'=]+)`
)

var (
	passwordBehind = regexp.MustCompile(`(?i)(` + connectionKey + `\s*` + connectionValue + `\s+password\s*=\s*)` + connectionValue)
	passwordBefore = regexp.MustCompile(`(?i)(\bpassword\s*=\s*)` + connectionValue + `(\s+` + connectionKey + `)`)
	passwordAlone  = regexp.MustCompile(`(?i)('\s*password\s*=\s*)` + connectionValue)
	authority      = regexp.MustCompile(`(?i)([a-z]://[^/\s:@']*:)[^/\s@']+@`)
)

// scrub takes the passwords out of connection strings that SQL holds, such as
// the argument of dblink.
func scrub(sql string) string {
	sql = passwordBehind.ReplaceAllString(sql, "${1}"+masked)
	sql = passwordBefore.ReplaceAllString(sql, "${1}"+masked+"${2}")
	sql = passwordAlone.ReplaceAllString(sql, "${1}"+masked)
	return authority.ReplaceAllString(sql, "${1}"+masked+"@")
}

func withoutSemicolon(sql string) string {
	return strings.TrimSuffix(strings.TrimSpace(sql), ";")
}
