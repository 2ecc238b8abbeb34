package events

import (
	"fmt"
	"slices"
)

// Selection is how a caller names the steps to run.
type Selection struct {
	Mode       string // ModeComplete or ModeSingle
	Single     Step   // with ModeSingle, and only then
	Start, End Step   // with ModeComplete; empty is the first and the last step
	Skip       []Step // left out, and reported as skipped
	Options    Options
	NotBefore  Step // with ModeComplete: earlier steps are done already
}

// Plan turns a selection into the steps to run and the steps to report as
// skipped, both in order. A selection that contradicts itself or leaves nothing
// to run is refused with ErrInvalid.
func (s Selection) Plan() (run, skipped []Step, err error) {
	if s.Mode == ModeSingle {
		if !s.Single.Valid() {
			return nil, nil, fmt.Errorf("%w: a single step needs its name", ErrInvalid)
		}
		return []Step{s.Single}, nil, nil
	}
	for _, step := range steps {
		switch {
		case s.Start != "" && step.Number() < s.Start.Number(), s.End != "" && step.Number() > s.End.Number():
		case s.NotBefore != "" && step.Number() < s.NotBefore.Number():
		case slices.Contains(s.Skip, step) || s.Options.disables(step):
			skipped = append(skipped, step)
		default:
			run = append(run, step)
		}
	}
	if len(run) == 0 {
		return nil, nil, fmt.Errorf("%w: the range of steps is empty", ErrInvalid)
	}
	return run, skipped, nil
}

// disables says whether an option turns a step off in a complete request.
func (o Options) disables(s Step) bool {
	return s == StepValidation && !o.EnableSQLValidation || s == StepLoad && !o.EnableTrainingDataLoad
}
