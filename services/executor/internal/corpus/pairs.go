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
	if list, err = known(in, people); err != nil {
		return nil, "", err
	}
	return pairs.ApplyPeople(list, people), file, nil
}

// known are the pairs of the index with their verdicts, and those of people
// that only the validation saw. Other verdicts are of an earlier generation.
func known(in fs.FS, people []events.Pair) ([]events.Pair, error) {
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
	return judged(list, verdicts, people), nil
}

// judged is a list with the verdicts on it, and on what people added to it.
func judged(list, verdicts, people []events.Pair) []events.Pair {
	at := make(map[string]int, len(list))
	for i, p := range list {
		at[p.ID] = i
	}
	added := map[string]bool{}
	for _, p := range people {
		added[p.ID] = pairs.ByPeople(p)
	}
	for _, v := range verdicts {
		if i, ok := at[v.ID]; ok {
			list[i] = v
		} else if added[v.ID] {
			list = append(list, v)
		}
	}
	return list
}
