package pairs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

// The files that hold everything known of a task's pairs, as a JSON array of
// events.Pair.
const (
	// IndexFile is written with the pair file, in its order.
	IndexFile = "pair_index.json"
	// VerdictsFile is written by the validation: all pairs with their checks,
	// rejected ones too, and the SQL as it is now.
	VerdictsFile = "pair_verdicts.json"
)

// The bounds of an entry of an index, in bytes.
const (
	MaxQuestion = 16 << 10
	MaxSQL      = 256 << 10
)

// EncodeIndex is an index file: UTF-8, indented by two, ending in a line break.
// A list is never null. Text that is not UTF-8 is an error that names the pair.
func EncodeIndex(list []events.Pair) ([]byte, error) {
	entries := make([]events.Pair, len(list))
	for i, p := range list {
		if !utf8.ValidString(p.Question) || !utf8.ValidString(p.SQL) {
			return nil, fmt.Errorf("pair %d is not UTF-8: %w", i+1, ErrMalformed)
		}
		p.Tables, p.Shapes = append([]string{}, p.Tables...), append([]string{}, p.Shapes...)
		entries[i] = p
	}
	return text.JSON(entries)
}

// DecodeIndex reads an index of at most MaxFileSize bytes and MaxPairs entries.
// Every entry has an ID of its own, a question and SQL within their bounds.
// Errors wrap ErrMalformed and name the entry.
func DecodeIndex(data []byte) ([]events.Pair, error) {
	if len(data) > MaxFileSize {
		return nil, fmt.Errorf("%d bytes, at most %d: %w", len(data), MaxFileSize, ErrMalformed)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("not UTF-8: %w", ErrMalformed)
	}
	var list []events.Pair
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("not an array of pairs: %w: %w", ErrMalformed, err)
	}
	if len(list) > MaxPairs {
		return nil, fmt.Errorf("%d pairs, at most %d: %w", len(list), MaxPairs, ErrMalformed)
	}
	seen := make(map[string]bool, len(list))
	for i, p := range list {
		if p.ID == "" || len(p.ID) > 64 || seen[p.ID] || p.Question == "" || len(p.Question) > MaxQuestion || p.SQL == "" || len(p.SQL) > MaxSQL {
			return nil, fmt.Errorf("pair %d has no ID of its own, or no question or SQL within bounds: %w", i+1, ErrMalformed)
		}
		seen[p.ID] = true
	}
	return list, nil
}

// WriteIndex keeps a list under a name; out is a steps.Output.
func WriteIndex(out interface {
	WriteFile(name string, data []byte) error
}, name string, list []events.Pair) error {
	data, err := EncodeIndex(list)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	if err := out.WriteFile(name, data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// ReadIndex reads the named file of fsys and is otherwise DecodeIndex. It wraps
// fs.ErrNotExist where there is none.
func ReadIndex(fsys fs.FS, name string) ([]events.Pair, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	list, err := DecodeIndex(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return list, nil
}

// ReadKnown is what is known of a task's pairs: its verdicts, else its index,
// else entries made of its newest pair file, which know neither source nor
// theme. It wraps fs.ErrNotExist where there is none of them.
func ReadKnown(fsys fs.FS) ([]events.Pair, error) {
	for _, name := range []string{VerdictsFile, IndexFile} {
		if list, err := ReadIndex(fsys, name); !errors.Is(err, fs.ErrNotExist) {
			return list, err
		}
	}
	name, err := Find(fsys)
	if err != nil {
		return nil, err
	}
	list, err := Read(fsys, name)
	if err != nil {
		return nil, err
	}
	return Entries(list, nil), nil
}

// Entries are pairs of a pair file with what an index knows of them, in the
// file's order. A pair that the index does not hold is described from its SQL
// alone. Of pairs with the same ID the first is kept.
func Entries(list []Pair, index []events.Pair) []events.Pair {
	known := make(map[string]events.Pair, len(index))
	for _, p := range index {
		known[ID(p.Question, p.SQL)] = p
	}
	out, seen := make([]events.Pair, 0, len(list)), make(map[string]bool, len(list))
	for _, p := range list {
		entry, ok := known[ID(p.Question, p.SQL)]
		if !ok {
			entry = events.Pair{ID: ID(p.Question, p.SQL)}
			entry.Tables, entry.Shapes, entry.Difficulty = Describe(p.SQL, nil)
		}
		if !seen[entry.ID] {
			seen[entry.ID] = true
			entry.Question, entry.SQL = p.Question, p.SQL
			out = append(out, entry)
		}
	}
	return slices.Clip(out)
}
