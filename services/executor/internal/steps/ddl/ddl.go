// Package ddl is the step ddl_generation: it writes down what a business
// database says about its tables, once as SQL that makes them again and once
// for people and language models to read.
package ddl

import (
	"context"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/mask"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Step writes for every table of the list <table>.ddl and <table>_detail.md,
// for every schema <schema>_types.ddl and <schema>_constraints.ddl where there
// is something to say, and filename_mapping.txt; beside them schema_snapshot.json
// and schema_changes.json (see package snapshot), and table_samples.json for
// later tasks. The same catalogue and rows give the same bytes; so does an
// unchanged catalogue with the same earlier task to build upon.
//
// Privileges are looked at before anything is read, and what is missing is
// named in the result and the log with the statement that grants it. A table
// that cannot be read is left out and counted as a warning; if that is all of
// them the step fails with no_table_readable. Personal data in rows is masked
// as the request says, by default. Views and foreign tables are
// tables here.
// Where comments are missing, a model writes some, if the run has one: they
// stand in the documents, marked, and in generated_comments.json, but never in
// COMMENT statements.
// Other failures are those of bizdb.Translate and of catalog.FaultType.
type Step struct{}

var _ steps.Step = Step{}

// Result is the step's result document.
type Result struct {
	TotalTables           int      `json:"total_tables"`
	ProcessedSuccessfully int      `json:"processed_successfully"`
	Failed                int      `json:"failed"`
	FailedTables          []string `json:"failed_tables"`
	FilesGenerated        int      `json:"files_generated"`
	DurationSeconds       float64  `json:"duration_seconds"`
	// MissingPrivileges are those that the listed tables lack, by table.
	MissingPrivileges []Privilege `json:"missing_privileges"`
	// Masking says what was masked of the rows that were read.
	Masking mask.Report `json:"masking"`
	// ReusedTables counts the tables whose examples were taken over from an
	// earlier task on the database, since their definitions are the same.
	ReusedTables int `json:"reused_tables"`
	// ChangedTables counts those that are new or changed since that task; all
	// where there is none.
	ChangedTables int `json:"changed_tables"`
	// GeneratedComments counts the comments that a model wrote.
	GeneratedComments CommentCount `json:"generated_comments"`
	// ModelUsage is what that took; nil without a model.
	ModelUsage *llm.Usage `json:"model_usage"`
	// GeneratedBy is "rules", or "mixed" where a model wrote comments.
	GeneratedBy string `json:"generated_by"`
}

// Privilege is one that somebody would have to grant.
type Privilege struct {
	Table     string   `json:"table"`
	Privilege string   `json:"privilege"`         // USAGE of its schema, or SELECT
	Columns   []string `json:"columns,omitempty"` // set where the others can be read
	Hint      string   `json:"hint"`              // the GRANT, as SQL
}

// Name is ddl_generation.
func (Step) Name() events.Step { return events.StepDDL }

// Run implements steps.Step.
func (Step) Run(ctx context.Context, run *steps.Run) (steps.Result, error) {
	start := time.Now()
	w := newWork(run)
	if err := w.do(ctx); err != nil {
		if ctx.Err() != nil {
			return steps.Result{}, ctx.Err()
		}
		return steps.Result{}, bizdb.Translate(err, w.lang)
	}
	result := w.result(time.Since(start))
	run.Log.Info(w.lang.Sprintf("完成：%[1]d 张表成功，%[2]d 张失败，共 %[3]d 个文件", "Done: %[4]s written, %[2]d failed, %[5]s", result.ProcessedSuccessfully,
		result.Failed, result.FilesGenerated, events.Count(result.ProcessedSuccessfully, "table"), events.Count(result.FilesGenerated, "file")))
	return steps.Result{Data: result, Warnings: w.warnings, Removed: w.obsolete()}, nil
}
