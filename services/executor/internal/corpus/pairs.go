package corpus

import (
	"errors"
	"io/fs"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

// Pairs are a task's pairs as they are now, with what people decided, and the
// name of their pair file. Where there are none the list is empty and the name
// "". An error that wraps pairs.ErrMalformed is about a file's content.
func Pairs(in fs.FS, people []events.Pair) (list []events.Pair, file string, err error) {
	if file, err = pairs.Find(in); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	if list, err = known(in); err != nil {
		return nil, "", err
	}
	return pairs.ApplyPeople(list, people), file, nil
}

// known are the pairs of the index with their verdicts. Verdicts about pairs
// that are not in it are of an earlier generation.
func known(in fs.FS) ([]events.Pair, error) {
	list, err := pairs.ReadIndex(in, pairs.IndexFile)
	if errors.Is(err, fs.ErrNotExist) {
		list, err = pairs.ReadKnown(in)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return list, err
	}
	if err != nil {
		return nil, err
	}
	verdicts, err := pairs.ReadIndex(in, pairs.VerdictsFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	judged := make(map[string]events.Pair, len(verdicts))
	for _, v := range verdicts {
		judged[v.ID] = v
	}
	for i, p := range list {
		if v, ok := judged[p.ID]; ok {
			list[i] = v
		}
	}
	return list, nil
}
