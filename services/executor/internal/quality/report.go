package quality

import (
	"encoding/json"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Report is quality_report.json. Ratios are from 0 to 1; one without a whole is
// null.
type Report struct {
	TaskID        string    `json:"task_id"`
	Database      string    `json:"database"`
	SchemaVersion string    `json:"schema_version"`
	RequestedAt   time.Time `json:"requested_at"`
	// WrittenBy is the step that wrote the report; the store holds the data only
	// if that is training_load.
	WrittenBy events.Step `json:"written_by"`
	// Problems are sentences in the task's language: what went wrong, and what the
	// report cannot say.
	Problems []string `json:"problems"`

	Pairs      Pairs           `json:"pairs"`
	Retrieval  *Retrieval      `json:"retrieval"` // null where it was not measured
	Coverage   Coverage        `json:"coverage"`
	Spread     Spread          `json:"spread"`
	Validation Validation      `json:"validation"`
	People     People          `json:"people"`
	Masking    json.RawMessage `json:"masking"` // as ddl_generation says it; null without
	Steps      []Step          `json:"steps"`
	Model      ModelUsage      `json:"model_usage"`
}

// Pairs counts pairs.
type Pairs struct {
	Total int `json:"total"`
	// Usable are those that training data is made of.
	Usable int `json:"usable"`
}

// Coverage says how much of the schema usable pairs ask about.
type Coverage struct {
	Tables  Share `json:"tables"`  // of all tables of the list
	Columns Share `json:"columns"` // of the tables that could be read
	// Unread are the tables of the list that could not be read.
	Unread []string `json:"tables_not_read"`
	// Unasked are the other tables that no usable pair reads.
	Unasked []string `json:"tables_without_question"`
	// Unused are the columns of the other tables that no usable pair names.
	Unused []UnusedColumns `json:"columns_without_question"`
}

// UnusedColumns are columns of a table, in its order.
type UnusedColumns struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// Share is a part of a whole.
type Share struct {
	Covered int      `json:"covered"`
	Total   int      `json:"total"`
	Ratio   *float64 `json:"ratio"`
}

func share(covered, total int) Share {
	return Share{covered, total, ratio(float64(covered), total)}
}

// Spread says of what kinds the usable pairs are.
type Spread struct {
	Shapes       []Count `json:"shapes"` // a pair may have several
	Difficulties []Count `json:"difficulties"`
	Sources      []Count `json:"sources"`
	Reused       int     `json:"reused"`
	Themes       []Theme `json:"themes"`
	// AskedFor is the default number of themes, where there are more so that every
	// table is asked about.
	AskedFor int `json:"themes_asked_for,omitempty"`
}

// Count is how often something occurs.
type Count struct {
	Name  string   `json:"name"`
	Pairs int      `json:"pairs"`
	Ratio *float64 `json:"ratio"`
}

// Theme is a theme with its pairs; the name of pairs without one is "".
type Theme struct {
	Name   string `json:"name"`
	Pairs  int    `json:"pairs"`
	Usable int    `json:"usable"`
	Tables int    `json:"tables"` // that its usable pairs read
}

// Validation says what the checks found.
type Validation struct {
	// Checked is false where sql_validation did not run.
	Checked   bool     `json:"checked"`
	Verdicts  []Count  `json:"verdicts"`
	Passed    *float64 `json:"passed_ratio"` // valid and empty ones of those checked
	Unchecked int      `json:"unchecked"`
	// Rungs count where pairs were refused, from the bottom of the ladder.
	Rungs      []Count      `json:"refused_by_rung"`
	Errors     []Count      `json:"error_types"`
	Empty      int          `json:"empty_results"`
	Duplicates int          `json:"duplicates"`
	Repairs    *RepairStats `json:"repair_stats"`
	// Repaired and Refused list at most maxListed pairs.
	Repaired []Listed `json:"repaired"`
	Refused  []Listed `json:"refused"`
}

// RepairStats are those of the validation's result.
type RepairStats struct {
	Attempted  int `json:"attempted"`
	Successful int `json:"successful"`
	Failed     int `json:"failed"`
}

// maxListed bounds lists of pairs in the report.
const maxListed = 20

// Listed is a pair with what was found.
type Listed struct {
	PairID   string `json:"pair_id"`
	Question string `json:"question"`
	SQL      string `json:"sql"`
	Rung     string `json:"rung,omitempty"`
	SQLState string `json:"sqlstate,omitempty"`
	Message  string `json:"message,omitempty"`
	Diff     string `json:"diff,omitempty"`
}

// People counts what people decided.
type People struct {
	Written      int  `json:"written"`
	Approved     int  `json:"approved"`
	Rejected     int  `json:"rejected"`
	ApprovedOnly bool `json:"load_approved_only"`
}

// Step is what a step says of itself.
type Step struct {
	Name events.Step `json:"step"`
	// Done is false of a step that was left out.
	Done        bool       `json:"done"`
	Duration    float64    `json:"duration_seconds"`
	GeneratedBy string     `json:"generated_by,omitempty"`
	Usage       *llm.Usage `json:"model_usage"`
}

// ModelUsage is what all steps used together.
type ModelUsage struct {
	Models           []string `json:"models"`
	Requests         int      `json:"requests"`
	FailedRequests   int      `json:"failed_requests"`
	Cached           int      `json:"cached"`
	Failed           int      `json:"failed"`
	PromptTokens     int64    `json:"prompt_tokens"`
	CompletionTokens int64    `json:"completion_tokens"`
	Cost             float64  `json:"cost"`
	BudgetExhausted  bool     `json:"budget_exhausted"`
	// Unavailable says in the task's language why the endpoint gave no answer, and
	// what to do.
	Unavailable string `json:"unavailable_reason,omitempty"`
}

func newReport(run *steps.Run, by events.Step) *Report {
	return &Report{
		TaskID: run.TaskID, Database: run.Database, RequestedAt: run.RequestedAt, WrittenBy: by, Problems: []string{},
		Coverage: Coverage{Unread: []string{}, Unasked: []string{}, Unused: []UnusedColumns{}},
		Model:    ModelUsage{Models: []string{}},
		People:   People{ApprovedOnly: run.Request.Options.LoadApprovedOnly},
	}
}

// ratio is rounded to four digits; nil for no whole.
func ratio(part float64, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	r := float64(int64(part/float64(whole)*10000+0.5)) / 10000
	return &r
}
