package events

import (
	"fmt"
	"slices"
	"strconv"
)

// Step names one of the four steps of a complete task.
type Step string

// The steps, in the order in which they run.
const (
	StepDDL        Step = "ddl_generation"
	StepQA         Step = "qa_generation"
	StepValidation Step = "sql_validation"
	StepLoad       Step = "training_load"
)

var steps = []Step{StepDDL, StepQA, StepValidation, StepLoad}

// stepAliases are names of earlier programs: accepted on input, never written.
var stepAliases = map[string]Step{
	"ddl_md_generation":       StepDDL,
	"question_sql_generation": StepQA,
	"training_data_load":      StepLoad,
}

// Steps returns all steps in the order in which they run.
func Steps() []Step { return slices.Clone(steps) }

// ParseStep reads a step's name, an earlier name of it, or its number "1" to "4".
func ParseStep(s string) (Step, error) {
	if slices.Contains(steps, Step(s)) {
		return Step(s), nil
	}
	if step, ok := stepAliases[s]; ok {
		return step, nil
	}
	if n, err := strconv.Atoi(s); err == nil {
		return StepByNumber(n)
	}
	return "", fmt.Errorf("%w: unknown step %q", ErrInvalid, s)
}

// StepByNumber returns step n, counted from 1.
func StepByNumber(n int) (Step, error) {
	if n < 1 || n > len(steps) {
		return "", fmt.Errorf("%w: step number %d is not within 1 to %d", ErrInvalid, n, len(steps))
	}
	return steps[n-1], nil
}

// Number is the step's place in the order, from 1; 0 for an unknown step.
func (s Step) Number() int { return slices.Index(steps, s) + 1 }

// Valid says whether s is one of Steps.
func (s Step) Valid() bool { return s.Number() > 0 }
