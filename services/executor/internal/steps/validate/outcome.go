package validate

import (
	"math"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

// Outcome is the step's result document.
type Outcome struct {
	// Original counts the pairs but for those that people rejected.
	Original int `json:"original_sql_count"`
	// Valid and Invalid count the pairs that are valid after the step: a repair
	// counts where the pair file takes it up. An empty result is valid; a
	// duplicate, which is no fault of the SQL, is what the pair is that it
	// repeats.
	Valid   int `json:"valid_sql_count"`
	Invalid int `json:"invalid_sql_count"`
	// SuccessRate is Valid of Original, from 0 to 1.
	SuccessRate      float64           `json:"success_rate"`
	Repairs          RepairStats       `json:"repair_stats"`
	Modifications    ModificationStats `json:"file_modification_stats"`
	AverageExecution float64           `json:"average_execution_seconds"`
	Retries          int               `json:"total_retries"`
	Duration         float64           `json:"duration_seconds"`

	// Verdicts counts the pairs as they stand after the step, and Rungs those of
	// them that were refused by the rung that did it.
	Verdicts   VerdictCounts `json:"verdicts"`
	Rungs      RungCounts    `json:"rungs"`
	Duplicates int           `json:"duplicates"`
	Empty      int           `json:"empty_results"`
	// Rejected counts the pairs that people rejected.
	Rejected int `json:"rejected_by_people"`
	// ModelUsage is null where no model could be asked.
	ModelUsage *llm.Usage `json:"model_usage"`
}

// VerdictCounts counts pairs by their verdict.
type VerdictCounts struct {
	Valid        int `json:"valid"`
	Empty        int `json:"empty_result"`
	Error        int `json:"error"`
	TooExpensive int `json:"too_expensive"`
	Duplicate    int `json:"duplicate"`
}

func (c *VerdictCounts) add(verdict string) {
	switch verdict {
	case events.VerdictValid:
		c.Valid++
	case events.VerdictEmpty:
		c.Empty++
	case events.VerdictError:
		c.Error++
	case events.VerdictTooExpensive:
		c.TooExpensive++
	case events.VerdictDuplicate:
		c.Duplicate++
	}
}

// RungCounts counts refused pairs by the rung that refused them.
type RungCounts struct {
	Statement int `json:"statement"`
	Names     int `json:"names"`
	Plan      int `json:"plan"`
	Cost      int `json:"cost"`
	Run       int `json:"run"`
}

func (c *RungCounts) add(rung string) {
	switch rung {
	case events.RungStatement:
		c.Statement++
	case events.RungNames:
		c.Names++
	case events.RungPlan:
		c.Plan++
	case events.RungCost:
		c.Cost++
	case events.RungRun:
		c.Run++
	}
}

// RepairStats counts pairs. What is only suggested repairs none.
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

// sum counts. It leaves the duration and the model to the caller.
func sum(verdicts []*verdict, modify bool) Outcome {
	var o Outcome
	var spent float64
	for _, v := range verdicts {
		spent += v.ExecutionSeconds
		o.Retries += v.Retries
		o.Repairs.Attempted += count(v.RepairAttempted)
		o.Repairs.Successful += count(v.Repaired != "")
		o.Rejected += count(v.rejected())
		o.Valid += count(v.passes(modify) || v.duplicate() && v.Valid)
		o.Verdicts.add(v.final(modify))
		if !v.passes(modify) {
			o.Rungs.add(v.Rung)
		}
		if modify {
			o.Modifications.Deleted += count(v.was != nil && !v.passes(true))
			o.Modifications.Modified += count(v.was != nil && v.passes(true) && v.changes())
		}
	}
	o.Original = len(verdicts) - o.Rejected
	o.Repairs.Failed = o.Repairs.Attempted - o.Repairs.Successful
	o.Invalid = o.Original - o.Valid
	o.Duplicates, o.Empty = o.Verdicts.Duplicate, o.Verdicts.Empty
	o.SuccessRate = round(float64(o.Valid)/float64(max(o.Original, 1)), 4)
	o.AverageExecution = round(spent/float64(max(o.Original, 1)), 3)
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
	return lang.Sprintf("SQL 验证完成：共 %d 对，有效 %d 对（%.1f%%），修复 %d 对，无效 %d 对，结果为空 %d 对，重复 %d 对",
		"SQL validation done: pairs: %d, valid: %d (%.1f%%), repaired: %d, invalid: %d, with an empty result: %d, duplicates: %d",
		o.Original, o.Valid, 100*o.SuccessRate, o.Repairs.Successful, o.Invalid, o.Empty, o.Duplicates)
}
