// Package pairlist is the list of a task's pairs as it is now: what its steps
// left in files, with what people said since.
package pairlist

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/outputs"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// The files of a task that hold its pairs as JSON arrays of events.Pair: with
// the verdicts of the validation, and before it.
const (
	verdictsFile = "pair_verdicts.json"
	indexFile    = "pair_index.json"
)

const (
	maxFile = 64 << 20 // bytes of a file of pairs
	// A step replaces a file a moment before it says so.
	tries = 20
	pause = 100 * time.Millisecond
)

// Entry is a pair of a task.
type Entry struct {
	events.Pair
	// Version is the stream sequence of the newest event about it; 0 where no
	// person touched it.
	Version uint64
}

// List is the pairs of a task.
type List struct {
	Task   projection.Task
	People projection.Pairs
	// File is the one that the pairs come from; empty while there is none.
	File    string
	Entries []Entry // those of the file in its order, then those of people

	made []events.Pair // what the file holds
}

// Version is that of the newest change of the list by people, 0 where there is
// none.
func (l List) Version() uint64 {
	var newest uint64
	for _, p := range l.People {
		newest = max(newest, p.Version)
	}
	return newest
}

// With returns the list after further events about its pairs. The list itself
// is not to be used any more.
func (l List) With(all ...events.Event) List {
	for _, e := range all {
		l.People = projection.ApplyPair(l.People, e)
	}
	l.Entries = merge(l.made, l.People)
	return l
}

// Find returns the entry of an id.
func (l List) Find(id string) (Entry, bool) {
	i := slices.IndexFunc(l.Entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return l.Entries[i], true
}

// ByID returns the entries by their ids.
func (l List) ByID() map[string]Entry {
	all := make(map[string]Entry, len(l.Entries))
	for _, e := range l.Entries {
		all[e.ID] = e
	}
	return all
}

// Reader reads what is known of tasks; it is a read.Reader.
type Reader interface {
	Reviewed(ctx context.Context, taskID string) (read.Reviewed, error)
}

// Book reads lists. It is safe for concurrent use.
type Book struct {
	reader Reader
	files  *outputs.Store
}

// New makes a book.
func New(r Reader, files *outputs.Store) *Book { return &Book{reader: r, files: files} }

// Load returns the pairs of a task at the time of the call. Errors: those of
// the reader, apierr.PairsUnreadable, or those of the file store.
func (b *Book) Load(ctx context.Context, taskID string) (List, error) {
	for try := 1; ; try++ {
		known, err := b.reader.Reviewed(ctx, taskID)
		if err != nil {
			return List{}, err
		}
		l := List{Task: known.Task, People: known.People}
		if l.made, l.File, err = b.read(ctx, known); err == nil {
			l.Entries = merge(l.made, l.People)
			return l, nil
		}
		if !errors.Is(err, outputs.ErrChanged) || try == tries {
			return List{}, fault(err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return List{}, fault(err)
		}
	}
}

// fault makes a refusal of what lies with the file itself.
func fault(err error) error {
	missing, isMissing := errors.AsType[*outputs.MissingError](err)
	switch {
	case isMissing:
		return apierr.New(apierr.FileMissing, missing.Name).Because(err)
	case errors.Is(err, outputs.ErrChanged), errors.Is(err, outputs.ErrTooLarge), errors.Is(err, errMalformed):
		return apierr.New(apierr.PairsUnreadable).After(5 * time.Second).Because(err)
	}
	return apierr.New(apierr.FilesUnavailable).After(10 * time.Second).Because(err)
}

var errMalformed = errors.New("malformed file of pairs")

// read returns the pairs of the file that says most of them, and its name.
func (b *Book) read(ctx context.Context, known read.Reviewed) ([]events.Pair, string, error) {
	f, ok := newest(known.Files)
	if !ok {
		return nil, "", nil
	}
	content, err := b.files.Content(ctx, f, maxFile, hashes(known.Task, f)...)
	if err != nil {
		return nil, f.Name, err
	}
	var list []events.Pair
	if err := json.Unmarshal(content, &list); err != nil {
		return nil, f.Name, fmt.Errorf("%w: %s: %w", errMalformed, f.Path, err)
	}
	return list, f.Name, nil
}

// newest is the file of verdicts, or the index where that was written since.
func newest(files projection.Outputs) (events.OutputRegistered, bool) {
	verdicts, checked := files[verdictsFile]
	index, made := files[indexFile]
	if made && (!checked || index.ModifiedAt.After(verdicts.ModifiedAt)) {
		return index, true
	}
	return verdicts, checked
}

// hashes are what is known of a file's content: the last that was registered,
// and what a step has said since.
func hashes(t projection.Task, f events.OutputRegistered) []string {
	all := []string{f.SHA256}
	for _, s := range t.Steps {
		for _, said := range s.Manifest {
			if said.Name == f.Name {
				all = append(all, said.SHA256)
			}
		}
	}
	return all
}

// merge lets people have the last word. An entry of theirs that no step made is
// left out where nothing but a withdrawn decision is known of it.
func merge(made []events.Pair, people projection.Pairs) []Entry {
	entries := make([]Entry, 0, len(made)+len(people))
	seen := make(map[string]bool, len(people))
	for _, p := range made {
		theirs, touched := people[p.ID]
		if touched {
			p = projection.Overlay(p, theirs.Pair)
			seen[p.ID] = true
		}
		entries = append(entries, Entry{p, theirs.Version})
	}
	for _, p := range slices.SortedFunc(maps.Values(people), func(a, b projection.Pair) int { return cmp.Compare(a.First, b.First) }) {
		if !seen[p.ID] && (p.Source == events.SourcePerson || p.Decision != "") {
			entries = append(entries, Entry{p.Pair, p.Version})
		}
	}
	return entries
}
