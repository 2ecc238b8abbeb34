package workflow

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
)

// people are the pairs that people wrote or decided about, as they are now.
// What was said in an earlier task about tables that this one does not have is
// left out once its catalogue is known.
func (x *execution) people(in fs.FS) []events.Pair {
	own := x.state.pairs.List()
	here, err := namesIn(in)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			x.note("catalogue not read", err)
		}
		return ours(x.earlier.pairs, own)
	}
	var lost []string
	inherited := slices.DeleteFunc(here.resolve(x.earlier.pairs), func(p events.Pair) bool {
		gone := !here.have(p.Tables)
		if gone && pairs.ByPeople(p) {
			lost = append(lost, p.ID)
		}
		return gone
	})
	if len(lost) > 0 {
		x.lines.Warn(x.say("早先任务中由人工编写或通过的 %d 个问答对未采用：本任务没有它们的表。",
			"%d pairs that people wrote or approved in earlier tasks are left out: this task does not have their tables.", len(lost)), zap.Strings("pairs", lost))
	}
	return ours(inherited, here.resolve(own))
}

// names are the tables that the first step described.
type names struct {
	known  map[string]string // by name
	schema *catalog.Schema   // of names alone
}

func namesIn(in fs.FS) (names, error) {
	s, err := snapshot.Read(in)
	if err != nil {
		return names{}, err
	}
	n := names{s.Fingerprints(), &catalog.Schema{}}
	for table := range n.known {
		name, err := catalog.ParseName(table)
		if err != nil {
			return names{}, fmt.Errorf("%s: %w", snapshot.FileName, err)
		}
		n.schema.Tables = append(n.schema.Tables, &catalog.Table{Schema: name.Schema, Name: name.Name})
	}
	return n, nil
}

func (n names) have(tables []string) bool {
	return !slices.ContainsFunc(tables, func(t string) bool { return n.known[t] == "" })
}

// resolve returns a copy of pairs with what people wrote described by the
// task's tables where it is not, or by tables that the task does not have: no
// executor may have looked when they wrote it.
func (n names) resolve(list []events.Pair) []events.Pair {
	list = slices.Clone(list)
	for i, p := range list {
		if p.Source != events.SourcePerson || p.Difficulty != "" && n.have(p.Tables) {
			continue
		}
		tables, shapes, difficulty := pairs.Describe(p.SQL, n.schema)
		list[i].Tables = tables
		if p.Difficulty == "" {
			list[i].Shapes, list[i].Difficulty = shapes, difficulty
		}
	}
	return list
}
