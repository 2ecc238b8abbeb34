// Package pairlist is the list of a task's pairs as it is now: what its steps
// left in files, with what people said since.
package pairlist

import (
	"context"
	"errors"
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

// A step replaces a file a moment before it says so.
const (
	tries = 20
	pause = 100 * time.Millisecond
)

// Reader reads what is known of tasks; it is a read.Reader.
type Reader interface {
	Reviewed(ctx context.Context, taskID string) (read.Reviewed, error)
}

// Book reads lists. It is safe for concurrent use.
type Book struct {
	reader Reader
	shelf  *shelf
}

// New makes a book.
func New(r Reader, files Files) *Book { return &Book{reader: r, shelf: newShelf(files)} }

// Load returns the pairs of a task at the time of the call. Calls share what they
// read: few files are read at once, and one that has not changed is read once.
// Errors: those of the reader, apierr.PairsUnreadable, PairsBusy, FileMissing or
// FilesUnavailable.
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
	case errors.Is(err, errBusy):
		return apierr.New(apierr.PairsBusy).After(2 * time.Second).Because(err)
	case errors.Is(err, outputs.ErrChanged), errors.Is(err, outputs.ErrTooLarge), errors.Is(err, errMalformed):
		return apierr.New(apierr.PairsUnreadable).After(5 * time.Second).Because(err)
	}
	return apierr.New(apierr.FilesUnavailable).After(10 * time.Second).Because(err)
}

// read returns the pairs of the file that says most of them, and its name.
func (b *Book) read(ctx context.Context, known read.Reviewed) ([]events.Pair, string, error) {
	f, ok := newest(known.Files)
	if !ok {
		return nil, "", nil
	}
	list, err := b.shelf.pairs(ctx, f, hashes(known.Task, f))
	return list, f.Name, err
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
