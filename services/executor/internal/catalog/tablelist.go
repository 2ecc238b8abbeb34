package catalog

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a table list.
const (
	MaxListEntries = 1000
	MaxListTables  = 2000 // after wildcards; a task's manifest holds their files
	maxEntryBytes  = 512
	maxListBytes   = 2 << 20
)

// Pattern is an entry of a table list: a table, all of a schema, or everything.
type Pattern struct {
	Schema identifier // empty: not given
	Table  identifier // empty: all
	Line   int        // counted from 1
	Text   string     // as written
}

// identifier is a name as somebody wrote it.
type identifier struct {
	text   string
	quoted bool
}

// ParseList reads a table list: entries on lines of their own or between
// commas (the full-width one included), each of the forms
//
//	table    schema.table    schema.*    *    *.*
//
// A part may stand in double quotes, as in SQL. "#" and "--" begin a comment.
// A byte order mark, empty lines and either line ending are taken.
//
// The error is a *ListError that holds everything that is wrong.
func ParseList(lines []string) ([]Pattern, error) {
	var patterns []Pattern
	var faults []Fault
	size, number := 0, 0
	for _, text := range lines {
		size += len(text)
		for line := range strings.Lines(strings.TrimPrefix(text, "\uFEFF")) {
			number++
			for _, entry := range splitEntries(line) {
				p, why := parsePattern(entry)
				if p.Line = number; why != "" {
					faults = append(faults, Fault{Type: ListInvalid, Entry: clip(entry), Line: number, Reason: why})
				}
				patterns = append(patterns, p)
			}
			if len(patterns) > MaxListEntries || size > maxListBytes {
				return nil, &ListError{[]Fault{{Type: ListTooLong, Limit: MaxListEntries}}}
			}
		}
	}
	switch {
	case len(faults) > 0:
		return nil, &ListError{faults}
	case len(patterns) == 0:
		return nil, &ListError{[]Fault{{Type: ListEmpty}}}
	}
	return patterns, nil
}

// splitEntries cuts a line at commas and drops its comment, neither of which
// counts within quotes.
func splitEntries(line string) []string {
	var entries []string
	var entry strings.Builder
	flush := func() {
		if text := strings.TrimSpace(entry.String()); text != "" {
			entries = append(entries, text)
		}
		entry.Reset()
	}
	quoted := false
	for rest := line; rest != ""; {
		if !quoted && (rest[0] == '#' || strings.HasPrefix(rest, "--")) {
			break
		}
		r, size := utf8.DecodeRuneInString(rest)
		raw := rest[:size] // bytes that are no text are kept, to be refused
		rest = rest[size:]
		if !quoted && (r == ',' || r == '，') {
			flush()
			continue
		}
		if r == '"' {
			quoted = !quoted
		}
		entry.WriteString(raw)
	}
	flush()
	return entries
}

func parsePattern(entry string) (Pattern, Reason) {
	p := Pattern{Text: entry}
	if len(entry) > maxEntryBytes {
		return p, TooLong
	}
	parts, why := splitParts(entry)
	switch {
	case why != "":
		return p, why
	case len(parts) > 2:
		return p, TooManyParts
	case len(parts) == 2:
		p.Schema = parts[0]
	}
	p.Table = parts[len(parts)-1]
	if p.Table.isWildcard() {
		p.Table = identifier{}
	}
	if p.Schema.isWildcard() {
		if p.Schema = (identifier{}); p.Table != (identifier{}) {
			return p, BadWildcard
		}
	}
	return p, ""
}

func (id identifier) isWildcard() bool { return id.text == "*" && !id.quoted }

// splitParts cuts an entry at the dots outside quotes.
func splitParts(entry string) ([]identifier, Reason) {
	var parts []identifier
	for rest := entry; ; {
		part, after, why := nextPart(rest)
		if why != "" {
			return nil, why
		}
		parts = append(parts, part)
		if after == "" {
			return parts, ""
		}
		rest = after[1:] // the dot
	}
}

// nextPart takes a name off text; what is left begins with a dot or is empty.
func nextPart(text string) (part identifier, rest string, why Reason) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, `"`) {
		part, rest = unquote(text)
		rest = strings.TrimSpace(rest)
		if part.text == "" || rest != "" && rest[0] != '.' {
			return part, rest, BadQuote
		}
		return part, rest, checkText(part.text)
	}
	end := strings.IndexByte(text, '.')
	if end < 0 {
		end = len(text)
	}
	part = identifier{text: strings.TrimSpace(text[:end])}
	switch {
	case part.text == "":
		return part, "", MissingPart
	case strings.Contains(part.text, `"`):
		return part, "", BadQuote
	case strings.Contains(part.text, "*") && part.text != "*":
		return part, "", BadWildcard
	}
	return part, text[end:], checkText(part.text)
}

// unquote takes a quoted name off text, which begins with its quote. Without a
// closing quote the name is empty.
func unquote(text string) (identifier, string) {
	var name strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			name.WriteByte(text[i])
			continue
		}
		if i+1 == len(text) || text[i+1] != '"' {
			return identifier{name.String(), true}, text[i+1:]
		}
		i++
		name.WriteByte('"')
	}
	return identifier{}, ""
}

func checkText(name string) Reason {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return NoText
	}
	return ""
}

func clip(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return strings.ToValidUTF8(text, "�")
}
