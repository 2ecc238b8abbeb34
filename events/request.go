package events

import (
	"encoding/json"
	"slices"
	"time"
)

// The modes of a request.
const (
	ModeComplete = "complete" // the steps of a range, one after the other
	ModeSingle   = "single"   // one step
)

// The runners of a request.
const (
	RunnerPool = "pool" // any executor
	RunnerSelf = "self" // the program that asked; executors leave it alone
)

// Request is an order to run steps of a task. It carries all that a run needs,
// so that whoever takes it up asks nobody.
type Request struct {
	ExecutionMode string `json:"execution_mode"`
	// Steps are run in this order, which is that of all steps.
	Steps []Step `json:"steps"`
	// SkippedSteps are reported as skipped, since somebody said so.
	SkippedSteps []Step `json:"skipped_steps,omitempty"`
	// Force runs steps again that are completed already.
	Force bool `json:"force,omitempty"`
	// CleanExistingFiles removes the files of the steps to run before they run.
	CleanExistingFiles bool `json:"clean_existing_files,omitempty"`

	Connection Connection `json:"connection"`
	// Tables are the lines of the table list, as given or as resolved from the
	// uploaded list that TableListFile names.
	Tables        []string `json:"tables"`
	TableListFile string   `json:"table_list_file,omitempty"`

	BusinessContext string   `json:"business_context"`
	DBName          string   `json:"db_name"`
	Language        Language `json:"language"`
	Options         Options  `json:"options"`

	// OutputDirectory is where people find the files: a path or a bucket URL.
	OutputDirectory string `json:"output_directory"`
	// OutputPrefix is the same place as a key prefix in the bucket, without
	// slashes at its ends; empty is the bucket's root.
	OutputPrefix string `json:"output_prefix"`

	// UTCOffsetSeconds is the deployment's time zone when the request was made,
	// east of UTC. Times in the names of files and executions are in it.
	UTCOffsetSeconds int `json:"utc_offset_seconds"`

	// Runner is RunnerPool or RunnerSelf.
	Runner string `json:"runner"`
	// Actor is who asked.
	Actor string `json:"actor"`
}

// Options are switches of a request.
type Options struct {
	EnableSQLValidation    bool `json:"enable_sql_validation"`
	EnableLLMRepair        bool `json:"enable_llm_repair"`
	ModifyOriginalFile     bool `json:"modify_original_file"`
	EnableTrainingDataLoad bool `json:"enable_training_data_load"`

	// Masking is what happens to personal data in rows that are read: MaskData
	// (the meaning of ""), SchemaOnly or MaskOff.
	Masking string `json:"masking,omitempty"`
	// Themes and QuestionsPerTheme are how much is asked, and are not exceeded. 0 is
	// DefaultThemes and DefaultQuestionsPerTheme, or as many as it takes to ask about
	// every table.
	Themes            int `json:"themes,omitempty"`
	QuestionsPerTheme int `json:"questions_per_theme,omitempty"`
	// DisableModel does without a language model although one is configured.
	DisableModel bool `json:"disable_model,omitempty"`
	// FullRefresh takes nothing that was generated over from an earlier task on
	// the same database. What people decided about pairs still holds.
	FullRefresh bool `json:"full_refresh,omitempty"`
	// LoadApprovedOnly loads the pairs that people approved and no others.
	LoadApprovedOnly bool `json:"load_approved_only,omitempty"`
	// BackupVectorTables keeps a copy of the vector store's tables as CSV in the
	// task's output before anything is loaded.
	BackupVectorTables bool `json:"backup_vector_tables,omitempty"`
}

// The modes of Options.Masking.
const (
	MaskData   = "mask"        // values that look personal are masked
	SchemaOnly = "schema_only" // no row is read
	MaskOff    = "off"         // values are shown as they are
)

// Bounds and defaults of Options.
const (
	DefaultThemes            = 5
	DefaultQuestionsPerTheme = 10
	MaxThemes                = 200
	MaxQuestionsPerTheme     = 100
)

func (o Options) validate() error {
	return check(
		field("options.masking", slices.Contains([]string{"", MaskData, SchemaOnly, MaskOff}, o.Masking)),
		field("options.themes", 0 <= o.Themes && o.Themes <= MaxThemes),
		field("options.questions_per_theme", 0 <= o.QuestionsPerTheme && o.QuestionsPerTheme <= MaxQuestionsPerTheme),
	)
}

// DefaultOptions are the options of a request that names none: all on.
func DefaultOptions() Options {
	return Options{EnableSQLValidation: true, EnableLLMRepair: true, ModifyOriginalFile: true, EnableTrainingDataLoad: true}
}

// Connection says how the business database is reached: by a name that the
// executors know, or by a connection string that only they can read.
type Connection struct {
	Name string `json:"name,omitempty"`
	// Sealed is the connection string, encrypted for the executors. It is
	// stored nowhere but in the stream.
	Sealed string `json:"sealed,omitempty"`
	// Masked is the connection string as people may see it.
	Masked string `json:"masked,omitempty"`
}

// TaskRequest is implemented by the data of the two events that are requests.
type TaskRequest interface {
	Data
	Order() Request
}

// Location is the time zone of the names that the request leaves.
func (r Request) Location() *time.Location { return time.FixedZone("", r.UTCOffsetSeconds) }

func (r Request) validate() error {
	return check(
		field("execution_mode", r.ExecutionMode == ModeComplete || r.ExecutionMode == ModeSingle && len(r.Steps) == 1),
		field("steps", len(r.Steps) > 0 && ordered(r.Steps)),
		field("skipped_steps", ordered(r.SkippedSteps) && !overlap(r.Steps, r.SkippedSteps)),
		field("connection", len(r.Connection.Name) <= 128 && len(r.Connection.Sealed) <= 16<<10 && len(r.Connection.Masked) <= 8<<10),
		field("tables", len(r.Tables) <= MaxTables && !slices.ContainsFunc(r.Tables, func(t string) bool { return len(t) > 512 })),
		field("table_list_file", len(r.TableListFile) <= 255),
		field("business_context", len(r.BusinessContext) <= MaxBusinessContext),
		field("db_name", len(r.DBName) <= 128),
		field("language", r.Language.Valid()),
		field("output_directory", len(r.OutputDirectory) <= 4096),
		field("output_prefix", len(r.OutputPrefix) <= 1024),
		field("utc_offset_seconds", -18*3600 <= r.UTCOffsetSeconds && r.UTCOffsetSeconds <= 18*3600),
		field("runner", r.Runner == RunnerPool || r.Runner == RunnerSelf),
		field("actor", len(r.Actor) <= 255),
		r.Options.validate(),
	)
}

// ordered says whether all steps exist, each once and in order.
func ordered(list []Step) bool {
	last := 0
	for _, s := range list {
		if s.Number() <= last {
			return false
		}
		last = s.Number()
	}
	return true
}

func overlap(a, b []Step) bool {
	return slices.ContainsFunc(a, func(s Step) bool { return slices.Contains(b, s) })
}

// validJSON says whether raw is absent or a JSON document within a limit.
func validJSON(raw json.RawMessage, limit int) bool {
	return len(raw) == 0 || len(raw) <= limit && json.Valid(raw)
}
