// Package steps says what a step of the pipeline is. Each step lives in a
// folder below and is registered in one place, the executor's New.
package steps

import (
	"context"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

// Step does one part of the work. An implementation holds configuration only,
// never state of a run, so one value serves any number of runs at once.
type Step interface {
	// Name is the step's name in events, files and rows.
	Name() events.Step

	// Run does the step's work and returns its result.
	//
	// It writes files to run.Out only and may be repeated from the start at any
	// time: nothing it wrote is seen by anyone until it has returned without an
	// error, and then all of it is. It returns soon (well within a second of
	// work) after ctx ends, with ctx's error.
	//
	// An error should be, or wrap, an *Error; anything else is taken for a
	// fault of the platform.
	Run(ctx context.Context, run *Run) (Result, error)
}

// Run is what one execution of a step works with.
type Run struct {
	TaskID  string
	Request events.Request

	// RequestedAt is the request's stream time in the deployment's time zone.
	// Every timestamp in a file's name is made of it (see Stamp), so that all
	// attempts at one request name their files alike.
	RequestedAt time.Time

	// Database is the business database's name, for file names and documents.
	Database string

	// Identity is host:port/database of the business database in lower case,
	// without user or password: the same for everyone who reaches it.
	Identity string

	// Business opens the business database. The pool belongs to the run: it is
	// opened once, closed by the caller of Step.Run, and every transaction in
	// it is read-only unless asked otherwise.
	Business func(ctx context.Context) (*pgxpool.Pool, error)

	// In holds the files that the steps before left, and only those that their
	// manifests name. In a folder worked on by hand it holds the folder.
	In fs.FS

	// Model asks the language model within what is left of the task's budget. It
	// is nil, which its methods allow, where there is none or the request does
	// without.
	Model *llm.Session

	// Base is the earlier task on the same database that may be built upon; nil
	// where there is none.
	Base *Base

	// Pairs are the pairs that people added, edited or decided about, as they
	// are now, by ID; Source is SourcePerson where the text is theirs.
	Pairs []events.Pair

	// Out takes the files of this execution, by plain name.
	Out Output

	// Log takes lines for the people who watch the task, in the task's
	// language. Its level, name, caller and fields become those of log events.
	Log *zap.Logger

	// Progress says that done of total units of this step are finished. It is
	// cheap and may be called for every unit.
	Progress func(done, total int)
}

// Base is an earlier task on the same database whose steps were completed.
type Base struct {
	TaskID string
	// Files holds what its manifests name, verified by content. Reading may fail
	// at any time: then the step does without.
	Files fs.FS
	// Reusable says that the task was made with the same settings as this one
	// (language, masking, model, business context, themes, questions), and that
	// the request does not ask for everything anew. Otherwise its catalogue is
	// compared with, and nothing is taken over.
	Reusable bool
}

// Output takes a step's files. Its methods may be called concurrently.
type Output interface {
	// WriteFile keeps data under a plain file name; a later call with the same
	// name replaces it.
	WriteFile(name string, data []byte) error
}

// Language is the language of everything the run writes for people.
func (r *Run) Language() events.Language { return r.Request.Language }

// Stamp is the <ts> of file names: the request's time as YYYYMMDD_HHMMSS.
func (r *Run) Stamp() string { return r.RequestedAt.Format("20060102_150405") }

// Result is what a finished step says of itself.
type Result struct {
	// Data is the step's result document, kept as <step>_result.json and in
	// step.completed. It marshals to a JSON object with the keys of the format.
	Data any

	// Warnings counts what went wrong without failing the step: tables or pairs
	// left out, each named in Data or in the log.
	Warnings int

	// Removed names files of earlier executions that this one makes obsolete.
	Removed []string
}
