// Package tablelist keeps the lists of tables that people upload, and reads
// them. What an entry means only the executor that reads the database knows.
package tablelist

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
)

// Limits of a list, in bytes. The last keeps a request with all entries within
// what one message may hold.
const (
	MaxBytes      = 2 << 20
	maxEntryBytes = 512
	maxEntries    = 256 << 10
)

// What a list can be refused for.
var (
	ErrNotText  = errors.New("not text in UTF-8")
	ErrEmpty    = errors.New("no table named")
	ErrTooMany  = errors.New("too many tables named")
	ErrTooLong  = errors.New("names too long")
	ErrTooLarge = errors.New("too large")
)

// Parse returns the entries of a list, as written: they stand on lines of their
// own or between commas, the full-width one included. "#" and "--" begin a
// comment, quotes protect all of these. A byte order mark is passed over.
func Parse(text string) ([]string, error) {
	switch {
	case len(text) > MaxBytes:
		return nil, ErrTooLarge
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return nil, ErrNotText
	}
	var entries []string
	for line := range strings.Lines(strings.TrimPrefix(text, "\uFEFF")) {
		entries = append(entries, split(line)...)
	}
	return entries, check(entries)
}

func check(entries []string) error {
	total := 0
	for _, entry := range entries {
		if total += len(entry); len(entry) > maxEntryBytes || total > maxEntries {
			return ErrTooLong
		}
	}
	switch {
	case len(entries) == 0:
		return ErrEmpty
	case len(entries) > events.MaxTables:
		return ErrTooMany
	}
	return nil
}

// split cuts a line at commas and drops its comment.
func split(line string) []string {
	var entries []string
	start, quoted, end := 0, false, len(line)
	cut := func(to int) {
		if entry := strings.TrimSpace(line[start:to]); entry != "" {
			entries = append(entries, entry)
		}
	}
scan:
	for i, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '#' || strings.HasPrefix(line[i:], "--"):
			end = i
			break scan
		case r == ',' || r == '，':
			cut(i)
			start = i + utf8.RuneLen(r)
		}
	}
	cut(end)
	return entries
}
