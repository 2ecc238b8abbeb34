package workflow

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

// people are the pairs that people wrote or decided about, as they are now.
// What was said in an earlier task about tables that this one does not have is
// left out once its catalogue is known: the first step of the request that knows
// it warns of each that people wrote or approved.
func (x *execution) people(in fs.FS) (all []events.Pair, warnings int) {
	own := x.state.pairs.List()
	here, err := namesIn(in)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			x.note("catalogue not read", err)
		}
		return ours(x.earlier.pairs, own), 0
	}
	warns := x.firstToKnow()
	inherited := slices.DeleteFunc(here.resolve(x.earlier.pairs), func(p events.Pair) bool {
		missing := here.missing(p.Tables)
		if len(missing) > 0 && warns && pairs.ByPeople(p) {
			x.tellLost(p, missing)
			warnings++
		}
		return len(missing) > 0
	})
	return ours(inherited, here.resolve(own)), warnings
}

// firstToKnow says that no other step of the request begins before this one with
// a catalogue.
func (x *execution) firstToKnow() bool {
	steps := x.state.Request.Steps
	i := slices.IndexFunc(steps, func(s events.Step) bool { return s != events.StepDDL })
	return i >= 0 && steps[i] == x.Step
}

func (x *execution) tellLost(p events.Pair, missing []string) {
	question, tables := text.Cut(text.OneLine(p.Question), maxTold), text.Cut(strings.Join(missing, ", "), maxTold)
	x.lines.Warn(x.say("问答对“%s”由人工在早先任务中编写或通过，现未采用：本任务没有表 %s。",
		"The pair “%s”, which people wrote or approved in an earlier task, is left out: this task does not have %s.", question, tables),
		zap.String("pair", p.ID), zap.String("question", p.Question), zap.String("sql", p.SQL))
}

// maxTold is how many bytes of a text a sentence of the log quotes.
const maxTold = 200

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

// missing are those of some tables that the task does not have.
func (n names) missing(tables []string) []string {
	return slices.DeleteFunc(slices.Clone(tables), func(t string) bool { return n.known[t] != "" })
}

// resolve returns a copy of pairs with what people wrote described by the
// task's tables where it is not, or by tables that the task does not have: no
// executor may have looked when they wrote it. What one said about a partition,
// which no snapshot knows, stays.
func (n names) resolve(list []events.Pair) []events.Pair {
	list = slices.Clone(list)
	for i, p := range list {
		if p.Source != events.SourcePerson || p.Difficulty != "" && len(n.missing(p.Tables)) == 0 {
			continue
		}
		tables, shapes, difficulty := pairs.Describe(p.SQL, n.schema)
		if p.Difficulty == "" || len(n.missing(tables)) == 0 {
			list[i].Tables = tables
		}
		if p.Difficulty == "" {
			list[i].Shapes, list[i].Difficulty = shapes, difficulty
		}
	}
	return list
}
