package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/dsn"
)

// run runs one task without a server.
type run struct {
	DBConnection     string `name:"db-connection" env:"DP_DB_CONNECTION" required:"" placeholder:"DSN" help:"${help_db_connection}"`
	TableList        string `name:"table-list" placeholder:"FILE" help:"${help_table_list}"`
	BusinessContext  string `name:"business-context" placeholder:"TEXT" help:"${help_context}"`
	OutputDir        string `name:"output-dir" required:"" placeholder:"DIR" help:"${help_output_dir}"`
	TaskID           string `name:"task-id" placeholder:"ID" help:"${help_task_id}"`
	NoDBTracking     bool   `name:"no-db-tracking" help:"${help_no_tracking}"`
	ExecutionMode    string `name:"execution-mode" enum:"complete,single" default:"complete" help:"${help_mode}"`
	SingleStep       int    `name:"single-step" placeholder:"1..4" help:"${help_single_step}"`
	SkipValidation   bool   `name:"skip-validation" help:"${help_skip_validation}"`
	DisableLLMRepair bool   `name:"disable-llm-repair" help:"${help_no_repair}"`
	NoModifyFile     bool   `name:"no-modify-file" help:"${help_no_modify}"`
	SkipTrainingLoad bool   `name:"skip-training-load" help:"${help_skip_load}"`
	DataDir          string `name:"data-dir" default:".data" placeholder:"DIR" help:"${help_data_dir}"`
	Verbose          bool   `short:"v" help:"${help_verbose}"`
}

// errUsage marks what the caller has to say differently.
var errUsage = errors.New("usage")

// maxTableList bounds the file of the table list, in bytes.
const maxTableList = 2 << 20

func (c *run) run(ctx context.Context, t terminal) (int, error) {
	if secret := os.Getenv(envConnection); secret != "" && dsn.Mask(secret) == c.DBConnection {
		c.DBConnection = secret // the command line has the masked form of it
	}
	created, err := c.order(t)
	if errors.Is(err, errUsage) {
		t.complain("%s", "%s", strings.TrimPrefix(err.Error(), errUsage.Error()+": "))
		return ExitUsage, nil
	}
	if err != nil {
		return ExitFailed, err
	}
	task, err := c.perform(ctx, t, created)
	if err != nil {
		return ExitFailed, err
	}
	summary(t, task)
	return exitCode(task), nil
}

// exitCode is 0 for a request that did what it was asked, 1 when too little of
// the SQL is valid, 2 otherwise.
func exitCode(t projection.Task) int {
	if t.Status != projection.Completed && t.Status != projection.PartialCompleted {
		return ExitFailed
	}
	var n numbers
	validation := t.Steps[events.StepValidation]
	n.read(validation)
	if validation.RequestSeq == t.RequestSeq && n.SuccessRate != nil && *n.SuccessRate < enoughValidSQL {
		return ExitFewValid
	}
	return ExitDone
}

// order makes the task that is asked for, with every fault of the command line
// said at once.
func (c *run) order(t terminal) (*events.TaskCreated, error) {
	steps, skipped, planErr := c.selection().Plan()
	database, dsnErr := dsn.Database(c.DBConnection)
	tables, listErr := c.tables()
	about, textErr := c.context()
	if c.TaskID != "" && !events.ValidTaskID(c.TaskID) {
		textErr = errors.Join(textErr, errors.New(t.lang.Sprintf("--task-id %q 的格式应为 manual_YYYYMMDD_HHMMSS", "--task-id %q is not of the form manual_YYYYMMDD_HHMMSS", c.TaskID)))
	}
	dir, dirErr := filepath.Abs(c.OutputDir)
	if err := errors.Join(c.modeFault(t), planErr, dsnErr, listErr, textErr, dirErr); err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	now := time.Now()
	_, offset := now.Zone()
	id := c.TaskID
	if id == "" {
		id = events.NewTaskID("manual", now, "")
	}
	request := events.Request{
		ExecutionMode: c.ExecutionMode, Steps: steps, SkippedSteps: skipped,
		Force: c.ExecutionMode == events.ModeSingle, Connection: events.Connection{Masked: dsn.Mask(c.DBConnection)},
		Tables: tables, TableListFile: filepath.Base(c.TableList), BusinessContext: about, DBName: database, Language: t.lang, Options: c.options(),
		OutputDirectory: dir, UTCOffsetSeconds: offset, Runner: events.RunnerSelf, Actor: "manual",
	}
	if c.TaskID == "" && c.ExecutionMode == events.ModeComplete {
		request.OutputPrefix, request.OutputDirectory = id, filepath.Join(dir, id)
	}
	parameters, err := json.Marshal(c.parameters(request))
	return &events.TaskCreated{TaskID: id, TaskType: events.TaskTypeComplete, CreatedAt: now, CreatedBy: "manual", Parameters: parameters, Request: request}, err
}

func (c *run) modeFault(t terminal) error {
	if c.ExecutionMode == events.ModeComplete && c.SingleStep != 0 {
		return errors.New(t.lang.Pick("--single-step 只能与 --execution-mode single 一起使用", "--single-step goes with --execution-mode single"))
	}
	return nil
}

func (c *run) selection() events.Selection {
	single, _ := events.StepByNumber(c.SingleStep) // Plan says what is wrong with none
	return events.Selection{Mode: c.ExecutionMode, Single: single, Options: c.options()}
}

func (c *run) options() events.Options {
	return events.Options{EnableSQLValidation: !c.SkipValidation, EnableLLMRepair: !c.DisableLLMRepair,
		ModifyOriginalFile: !c.NoModifyFile, EnableTrainingDataLoad: !c.SkipTrainingLoad}
}

// parameters are the task's parameters as the REST interface names them, with
// the connection string masked.
func (c *run) parameters(r events.Request) map[string]any {
	return map[string]any{
		"db_connection": r.Connection.Masked, "table_list_file": c.TableList, "business_context": r.BusinessContext,
		"output_dir": c.OutputDir, "execution_mode": r.ExecutionMode, "db_name": r.DBName, "language": r.Language,
		"enable_sql_validation": r.Options.EnableSQLValidation, "enable_llm_repair": r.Options.EnableLLMRepair,
		"modify_original_file": r.Options.ModifyOriginalFile, "enable_training_data_load": r.Options.EnableTrainingDataLoad,
	}
}

// tables are the lines of the table list; a later step alone needs none.
func (c *run) tables() ([]string, error) {
	if c.TableList == "" {
		if c.ExecutionMode == events.ModeSingle && c.SingleStep > 1 {
			return []string{}, nil
		}
		return nil, errors.New("--table-list: a file is needed")
	}
	text, err := readFile(c.TableList, maxTableList)
	if err != nil {
		return nil, err
	}
	var lines []string
	scanner := bufio.NewScanner(strings.NewReader(text))
	for scanner.Scan() {
		if line := strings.TrimSpace(scanner.Text()); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, scanner.Err()
}

// context is the text itself, or what the file behind @ holds.
func (c *run) context() (string, error) {
	file, ok := strings.CutPrefix(c.BusinessContext, "@")
	if !ok {
		return c.BusinessContext, nil
	}
	return readFile(file, events.MaxBusinessContext)
}

// readFile reads a text of limited size.
func readFile(name string, limit int64) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return "", err
	}
	if int64(len(text)) > limit {
		return "", fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return string(text), nil
}
