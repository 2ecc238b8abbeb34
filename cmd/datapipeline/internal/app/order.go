package app

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/dsn"
)

// order makes the task that is asked for, or says every fault of the command
// line. The folder is the output folder itself.
func (c *run) order(lang events.Language, now time.Time) (*events.TaskCreated, []string) {
	f := &faults{lang: lang}
	now = now.In(c.zone(f))
	steps, skipped := c.steps(f)
	request := events.Request{
		ExecutionMode: c.ExecutionMode, Steps: steps, SkippedSteps: skipped, Force: c.ExecutionMode == events.ModeSingle,
		Connection: events.Connection{Masked: dsn.Mask(c.DBConnection)}, DBName: c.database(f),
		Tables: c.tables(f), TableListFile: c.tableListFile(), BusinessContext: c.context(f), Language: lang, Options: c.bounded(f),
		OutputDirectory: c.folder(f), Runner: events.RunnerSelf, Actor: manual,
	}
	_, request.UTCOffsetSeconds = now.Zone()
	created := &events.TaskCreated{TaskID: c.id(f, now), TaskType: events.TaskTypeComplete, CreatedAt: now, CreatedBy: manual, Request: request}
	if len(f.list) > 0 {
		return nil, f.list
	}
	created.Parameters = c.parameters(request)
	if err := created.Validate(); err != nil {
		f.add("参数超出限制：%v", "beyond a limit: %v", err)
	}
	return created, f.list
}

// zone is that of the task's id and of the names of its files.
func (c *run) zone(f *faults) *time.Location {
	if c.Timezone == "" {
		return time.Local
	}
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		f.add("--timezone %q：不是已知的时区，例如 Asia/Shanghai", "--timezone %q is no time zone, such as Asia/Shanghai", c.Timezone)
		return time.Local
	}
	return zone
}

// manual is who creates tasks here, and what their ids begin with.
const manual = "manual"

// steps are those to run, and those to report as skipped.
func (c *run) steps(f *faults) (steps, skipped []events.Step) {
	single, err := events.ParseStep(c.SingleStep)
	options := c.options()
	switch {
	case c.ExecutionMode != events.ModeComplete && c.ExecutionMode != events.ModeSingle:
		f.add("--execution-mode %q：应为 complete 或 single", "--execution-mode %q: it is complete or single", c.ExecutionMode)
	case c.ExecutionMode == events.ModeComplete && c.SingleStep != "":
		f.add("--single-step 只能与 --execution-mode single 一起使用", "--single-step goes with --execution-mode single")
	case c.ExecutionMode == events.ModeSingle && c.SingleStep == "":
		f.add("--execution-mode single 需要用 --single-step 1..4 指定步骤", "--execution-mode single needs the step: --single-step 1..4")
	case c.ExecutionMode == events.ModeSingle && err != nil:
		f.add("--single-step %q：应为 1 至 4", "--single-step %q: it is 1 to 4", c.SingleStep)
	case single == events.StepValidation && c.SkipValidation:
		f.add("--skip-validation 与 --single-step 3 矛盾", "--skip-validation contradicts --single-step 3")
	case single == events.StepLoad && c.SkipTrainingLoad:
		f.add("--skip-training-load 与 --single-step 4 矛盾", "--skip-training-load contradicts --single-step 4")
	default:
		steps, skipped, err = events.Selection{Mode: c.ExecutionMode, Single: single, Options: options}.Plan()
		if err != nil {
			f.add("%v", "%v", err)
		}
	}
	return steps, skipped
}

func (c *run) options() events.Options {
	return events.Options{EnableSQLValidation: !c.SkipValidation, EnableLLMRepair: !c.DisableLLMRepair,
		ModifyOriginalFile: !c.NoModifyFile, EnableTrainingDataLoad: !c.SkipTrainingLoad,
		Masking: c.Masking, Themes: said(c.Themes), QuestionsPerTheme: said(c.QuestionsPerTheme), DisableModel: c.DisableModel,
		FullRefresh: c.FullRefresh, LoadApprovedOnly: c.ApprovedOnly, BackupVectorTables: c.BackupVectorTables}
}

// bounded are the options, once their bounds are checked.
func (c *run) bounded(f *faults) events.Options {
	if !slices.Contains([]string{events.MaskData, events.SchemaOnly, events.MaskOff}, c.Masking) {
		f.add("--masking %q：应为 mask、schema_only 或 off", "--masking %q: it is mask, schema_only or off", c.Masking)
	}
	f.bound("--themes", c.Themes, events.MaxThemes)
	f.bound("--questions-per-theme", c.QuestionsPerTheme, events.MaxQuestionsPerTheme)
	return c.options()
}

// bound refuses a number that is given and not from 1 to most.
func (f *faults) bound(flag string, n *int, most int) {
	if n != nil && (*n < 1 || *n > most) {
		f.add("%s %d：应为 1 至 %d", "%s %d: it is 1 to %d", flag, *n, most)
	}
}

// said is a number that is given, else 0.
func said(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// id is the task's id; one that is made from the time may turn out to be taken.
func (c *run) id(f *faults, now time.Time) string {
	if c.TaskID == "" {
		return events.NewTaskID(manual, now, "")
	}
	if !events.ValidTaskID(c.TaskID) {
		f.add("--task-id %q：格式应为 manual_20250701_143052", "--task-id %q: the form is manual_20250701_143052", c.TaskID)
	}
	return c.TaskID
}

func (c *run) folder(f *faults) string {
	if c.OutputDir == "" {
		f.add("缺少 --output-dir：请指定输出目录", "--output-dir is missing: name a folder for the output")
		return ""
	}
	dir, err := filepath.Abs(c.OutputDir)
	if err != nil {
		f.add("--output-dir：%v", "--output-dir: %v", err)
	}
	return dir
}

// ownFolder says whether the task gets a folder below the output folder.
func (c *run) ownFolder() bool { return c.TaskID == "" && c.ExecutionMode == events.ModeComplete }

// parameters are the task's parameters as the REST interface names them, with
// the connection string masked.
func (c *run) parameters(r events.Request) json.RawMessage {
	raw, err := json.Marshal(map[string]any{
		"db_connection": r.Connection.Masked, "table_list_file": c.TableList, "business_context": r.BusinessContext,
		"output_dir": c.OutputDir, "execution_mode": r.ExecutionMode, "db_name": r.DBName, "language": r.Language,
		"enable_sql_validation": r.Options.EnableSQLValidation, "enable_llm_repair": r.Options.EnableLLMRepair,
		"modify_original_file": r.Options.ModifyOriginalFile, "enable_training_data_load": r.Options.EnableTrainingDataLoad,
		"masking": r.Options.Masking, "themes": r.Options.Themes, "questions_per_theme": r.Options.QuestionsPerTheme,
		"disable_model": r.Options.DisableModel, "full_refresh": r.Options.FullRefresh,
		"load_approved_only": r.Options.LoadApprovedOnly, "backup_vector_tables": r.Options.BackupVectorTables,
	})
	if err != nil {
		panic(err) // strings, numbers and booleans always marshal
	}
	return raw
}
