package app

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/dsn"
)

// run runs one task without a server. Its flags are checked by order, which
// says all faults at once.
type run struct {
	DBConnection     string `name:"db-connection" env:"DP_DB_CONNECTION" placeholder:"DSN" help:"${help_db_connection}"`
	TableList        string `name:"table-list" placeholder:"FILE" help:"${help_table_list}"`
	BusinessContext  string `name:"business-context" placeholder:"TEXT" help:"${help_context}"`
	OutputDir        string `name:"output-dir" placeholder:"DIR" help:"${help_output_dir}"`
	TaskID           string `name:"task-id" placeholder:"ID" help:"${help_task_id}"`
	NoDBTracking     bool   `name:"no-db-tracking" help:"${help_no_tracking}"`
	ExecutionMode    string `name:"execution-mode" default:"complete" placeholder:"MODE" help:"${help_mode}"`
	SingleStep       string `name:"single-step" placeholder:"1..4" help:"${help_single_step}"`
	SkipValidation   bool   `name:"skip-validation" help:"${help_skip_validation}"`
	DisableLLMRepair bool   `name:"disable-llm-repair" help:"${help_no_repair}"`
	NoModifyFile     bool   `name:"no-modify-file" help:"${help_no_modify}"`
	SkipTrainingLoad bool   `name:"skip-training-load" help:"${help_skip_load}"`

	Masking            string `name:"masking" default:"mask" placeholder:"MODE" help:"${help_masking}"`
	Themes             *int   `name:"themes" placeholder:"N" help:"${help_themes}"`
	QuestionsPerTheme  *int   `name:"questions-per-theme" placeholder:"N" help:"${help_questions}"`
	DisableModel       bool   `name:"disable-model" help:"${help_no_model}"`
	FullRefresh        bool   `name:"full-refresh" help:"${help_refresh}"`
	ApprovedOnly       bool   `name:"approved-only" help:"${help_approved}"`
	BackupVectorTables bool   `name:"backup-vector-tables" help:"${help_backup}"`

	Timezone string `name:"timezone" env:"DP_TIMEZONE" placeholder:"ZONE" help:"${help_timezone}"`
	DataDir  string `name:"data-dir" default:".data" placeholder:"DIR" help:"${help_data_dir}"`
	Verbose  bool   `short:"v" help:"${help_verbose}"`
}

// enoughValidSQL is the share of valid SQL below which ExitFewValid says so.
const enoughValidSQL = 0.8

func (c *run) run(ctx context.Context, t terminal) (int, error) {
	c.reveal()
	created, faults := c.order(t.lang, time.Now())
	if len(faults) > 0 {
		t.complain("命令行有误（datapipeline run --help 查看用法）：\n  - %s", "bad usage (datapipeline run --help shows the usage):\n  - %s", strings.Join(faults, "\n  - "))
		return ExitUsage, nil
	}
	task, err := c.perform(ctx, t, created)
	if err != nil {
		return ExitFailed, err
	}
	summary(t, task)
	return exitCode(task), nil
}

// reveal puts the connection string back that HideSecrets took off the command
// line. Nothing that the program starts inherits it.
func (c *run) reveal() {
	if secret := os.Getenv(envConnection); secret != "" && dsn.Mask(secret) == c.DBConnection {
		c.DBConnection = secret
	}
	_ = os.Unsetenv(envConnection) // fails for names that are none
}

// exitCode is 0 for a request that did what it was asked, 1 when too little of
// the SQL is valid, 2 otherwise.
func exitCode(t projection.Task) int {
	if t.Status != projection.Completed && t.Status != projection.PartialCompleted {
		return ExitFailed
	}
	n := results(t)
	if done(t, events.StepValidation) && n.SuccessRate != nil && *n.SuccessRate < enoughValidSQL {
		return ExitFewValid
	}
	return ExitDone
}
