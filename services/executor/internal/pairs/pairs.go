// Package pairs is the form of question–SQL pair files,
// qs_<db>_<YYYYMMDD_HHMMSS>_pair.json: an array of {"question": …, "sql": …}.
package pairs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

// The bounds of a pair file.
const (
	MaxFileSize = 64 << 20
	MaxPairs    = 100_000
)

// ErrMalformed is wrapped by every error about what a file holds.
var ErrMalformed = errors.New("malformed pair file")

// Pair is a question and the SQL that answers it.
type Pair struct {
	Question string `json:"question"`
	SQL      string `json:"sql"`
}

// Encode is the file that holds pairs: UTF-8, indented by two, ending in a line
// break, the SQL as sqltext.OneLine leaves it. Every value is a string, so
// Python's ast.literal_eval reads it as well as a JSON parser. Text that is not
// UTF-8 is an error that names the pair.
func Encode(pairs []Pair) ([]byte, error) {
	lines := make([]Pair, len(pairs))
	for i, p := range pairs {
		if !utf8.ValidString(p.Question) || !utf8.ValidString(p.SQL) {
			return nil, fmt.Errorf("pair %d is not UTF-8: %w", i+1, ErrMalformed)
		}
		lines[i] = Pair{p.Question, sqltext.OneLine(p.SQL)}
	}
	return text.JSON(lines)
}

// Decode reads a file of at most MaxPairs pairs; keys other than the two are
// passed over. An entry that is no object or lacks a string is an error that
// names its number. Decode does not look into the SQL.
func Decode(data []byte) ([]Pair, error) {
	if len(data) > MaxFileSize {
		return nil, fmt.Errorf("%d bytes, at most %d: %w", len(data), MaxFileSize, ErrMalformed)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("not UTF-8: %w", ErrMalformed)
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, fmt.Errorf("not a JSON array: %w: %w", ErrMalformed, err)
	}
	if len(entries) > MaxPairs {
		return nil, fmt.Errorf("%d pairs, at most %d: %w", len(entries), MaxPairs, ErrMalformed)
	}
	return decodeEntries(entries)
}

func decodeEntries(entries []json.RawMessage) ([]Pair, error) {
	pairs := make([]Pair, len(entries))
	for i, entry := range entries {
		var p struct{ Question, SQL *string }
		if err := json.Unmarshal(entry, &p); err != nil {
			return nil, fmt.Errorf("pair %d: %w: %w", i+1, ErrMalformed, err)
		}
		if p.Question == nil || p.SQL == nil {
			return nil, fmt.Errorf("pair %d lacks question or sql: %w", i+1, ErrMalformed)
		}
		pairs[i] = Pair{*p.Question, *p.SQL}
	}
	return pairs, nil
}

// Read reads the named file of fsys and is otherwise Decode.
func Read(fsys fs.FS, name string) ([]Pair, error) {
	pairs, _, err := ReadFile(fsys, name)
	return pairs, err
}

// ReadFile is Read, and also returns the file as it is.
func ReadFile(fsys fs.FS, name string) ([]Pair, []byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("open pair file: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read pair file: %w", err)
	}
	pairs, err := Decode(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return pairs, data, nil
}
