// Package quality says how good a task's training data is: quality_report.json
// for programs and quality_report.md, the same for people, in the task's
// language.
package quality

import (
	"context"
	"fmt"
	"io"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

// The names of the two files.
const (
	JSONFile     = "quality_report.json"
	MarkdownFile = "quality_report.md"
)

// Input is what the step that writes the report knows and run.In does not hold
// yet.
type Input struct {
	// Step is the step that writes it, Result its result document.
	Step   events.Step
	Result any
	// Pairs are all pairs as the step leaves them, rejected ones with their
	// checks too; nil means those of run.In with what people decided.
	Pairs []events.Pair
	// Store is where retrieval is measured; nil is in memory, over the task's own
	// documents, by Embedder (nil is embed.Lexical).
	Store    Store
	Embedder embed.Embedder
}

// Write measures the training data and writes both files to run.Out. Equal
// input gives equal bytes, requested_at and durations aside. sql_validation
// calls it at its end and training_load once more, whose report takes the place
// of the earlier one; so a task whose load fails has one that says so.
//
// What cannot be measured is left out and said in the report's problems; an
// error is ctx's, or that of run.Out.
func Write(ctx context.Context, run *steps.Run, in Input) error {
	if in.Embedder == nil {
		in.Embedder = embed.Lexical()
	}
	report, err := measure(ctx, run, in)
	if err != nil {
		return err
	}
	data, err := text.JSON(report)
	if err != nil {
		return fmt.Errorf("quality report: %w", err)
	}
	if err := run.Out.WriteFile(JSONFile, data); err != nil {
		return fmt.Errorf("quality report: %w", err)
	}
	if err := run.Out.WriteFile(MarkdownFile, []byte(report.Markdown(run.Language()))); err != nil {
		return fmt.Errorf("quality report: %w", err)
	}
	return nil
}

// measure fills in the report, part by part.
func measure(ctx context.Context, run *steps.Run, in Input) (*Report, error) {
	m := &measurement{run: run, in: in, report: newReport(run, in.Step)}
	m.readPairs()
	m.readSteps()
	m.cover()
	m.spread()
	m.validate()
	m.people()
	if err := m.retrieval(ctx); err != nil {
		return nil, err
	}
	m.advise()
	return m.report, ctx.Err()
}

// measurement is a report in the making.
type measurement struct {
	run    *steps.Run
	in     Input
	report *Report
	pairs  []events.Pair // all of them
	good   []events.Pair // those that training data is made of
	file   string        // of the pairs
	failed []string      // tables of the list that could not be read
}

// problem notes what the report cannot say or what went wrong.
func (m *measurement) problem(zh, en string, args ...any) {
	m.report.Problems = append(m.report.Problems, m.run.Language().Sprintf(zh, en, args...))
}

func (m *measurement) readPairs() {
	list, file, err := corpus.Pairs(m.run.In, m.run.Pairs)
	if err != nil {
		m.problem("问答对无法读取：%v", "the pairs cannot be read: %v", err)
	}
	if m.in.Pairs != nil {
		list = m.in.Pairs
	}
	m.pairs, m.file = list, file
	m.good = corpus.Loadable(list, m.run.Request.Options.LoadApprovedOnly)
	m.report.Pairs = Pairs{Total: len(list), Usable: len(m.good)}
	if len(list) == 0 {
		m.problem("没有问答对", "there are no pairs")
	}
}

// maxFile bounds a file of an earlier step.
const maxFile = 32 << 20

// read returns a file of an earlier step, nil where there is none.
func (m *measurement) read(name string) []byte {
	if m.run.In == nil {
		return nil
	}
	f, err := m.run.In.Open(name)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil || len(data) > maxFile {
		m.problem("文件 %s 无法读取", "the file %s cannot be read", name)
		return nil
	}
	return data
}
