package validate

import (
	"math"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Outcome is the step's result document.
type Outcome struct {
	Original int `json:"original_sql_count"`
	// Valid and Invalid count the pairs that are valid after the step: a repair
	// counts where the pair file takes it up.
	Valid   int `json:"valid_sql_count"`
	Invalid int `json:"invalid_sql_count"`
	// SuccessRate is Valid of Original, from 0 to 1.
	SuccessRate      float64           `json:"success_rate"`
	Repairs          RepairStats       `json:"repair_stats"`
	Modifications    ModificationStats `json:"file_modification_stats"`
	AverageExecution float64           `json:"average_execution_seconds"`
	Retries          int               `json:"total_retries"`
	Duration         float64           `json:"duration_seconds"`
}

// RepairStats counts pairs.
type RepairStats struct {
	Attempted  int `json:"attempted"`
	Successful int `json:"successful"`
	Failed     int `json:"failed"`
}

// ModificationStats counts pairs of the pair file; it is all zero where the
// file is not to be modified.
type ModificationStats struct {
	Modified            int `json:"modified"`
	Deleted             int `json:"deleted"`
	FailedModifications int `json:"failed_modifications"`
}

// sum counts. It leaves the duration to the caller.
func sum(run *steps.Run, src source, verdicts []verdict) Outcome {
	o := Outcome{Original: len(src.pairs)}
	modify := run.Request.Options.ModifyOriginalFile
	var spent float64
	for _, v := range verdicts {
		spent += v.ExecutionSeconds
		o.Retries += v.Retries
		repaired := v.Repaired != ""
		o.Repairs.Attempted += count(v.RepairAttempted)
		o.Repairs.Successful += count(repaired)
		o.Valid += count(v.Valid || repaired && modify)
		o.Modifications.Modified += count(repaired && modify)
	}
	o.Repairs.Failed = o.Repairs.Attempted - o.Repairs.Successful
	o.Invalid = o.Original - o.Valid
	if modify {
		o.Modifications.Deleted = o.Invalid
	}
	o.SuccessRate = round(float64(o.Valid)/float64(o.Original), 4)
	o.AverageExecution = round(spent/float64(o.Original), 3)
	return o
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func round(x float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(x*scale) / scale
}

// line is the outcome in a sentence.
func (o Outcome) line(lang events.Language) string {
	return lang.Sprintf("SQL 验证完成：%d 对中 %d 对有效（%.1f%%），修复 %d 对，无效 %d 对",
		"SQL validation done: of %d pairs %d are valid (%.1f%%), %d repaired, %d invalid",
		o.Original, o.Valid, 100*o.SuccessRate, o.Repairs.Successful, o.Invalid)
}
