package mask

import (
	"regexp"
	"strings"

	"github.com/citu/datapipeline/events"
)

// quoted matches what the server quotes in a message.
var quoted = regexp.MustCompile(`"[^"]*"`)

// ServerMessage masks what a message of the database says of its rows. Errors
// about data (the classes 22, 23 and P0 of SQLSTATE) quote values, of which only
// those stay that stand in sql, where whoever wrote it has them from; others
// quote names.
func (m *Masker) ServerMessage(sqlState, message, sql string) string {
	if m.mode == events.MaskOff {
		return message
	}
	for _, class := range []string{"22", "23", "P0"} {
		if strings.HasPrefix(sqlState, class) {
			message = quoted.ReplaceAllStringFunc(message, func(part string) string {
				if strings.Contains(sql, strings.Trim(part, `"`)) {
					return part
				}
				return `"` + blank + `"`
			})
		}
	}
	return Text(message)
}
