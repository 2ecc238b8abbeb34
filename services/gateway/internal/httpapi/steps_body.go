package httpapi

import (
	"errors"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
)

const maxStepName = 64

// readMode reads execution_mode, complete by default.
func readMode(o *jsonbody.Object) string {
	switch mode := o.Text("execution_mode", maxStepName); mode {
	case "":
		return events.ModeComplete
	case events.ModeComplete, events.ModeSingle:
		return mode
	}
	o.Fault("execution_mode", apierr.NotOneOf, events.ModeComplete+", "+events.ModeSingle)
	return ""
}

// readStep reads a step by name, earlier name or number; "" where it is absent
// or faulty.
func readStep(o *jsonbody.Object, name string) events.Step {
	word := o.Word(name, maxStepName)
	if word == "" {
		return ""
	}
	step, err := events.ParseStep(word)
	if err != nil {
		o.Fault(name, apierr.UnknownStep, word)
	}
	return step
}

// readSingle reads the step of mode single from the one of the members that is
// given. Another mode takes none.
func readSingle(o *jsonbody.Object, mode string, members ...string) events.Step {
	var step events.Step
	given := ""
	for _, name := range members {
		if !o.Has(name) {
			continue
		}
		if given != "" {
			o.Fault(name, apierr.OnlyOneOf, given+", "+name)
		}
		given = name
		if step = readStep(o, name); mode == events.ModeComplete {
			o.Fault(name, apierr.StepWithoutSingle)
		}
	}
	if given == "" && mode == events.ModeSingle {
		o.Fault(members[0], apierr.Required)
	}
	return step
}

// readSelection reads which steps of a new task are to run.
func readSelection(o *jsonbody.Object, options events.Options) events.Selection {
	s := events.Selection{Mode: readMode(o), Options: options}
	s.Single = readSingle(o, s.Mode, "single_step")
	s.Start, s.End = readStep(o, "start_step"), readStep(o, "end_step")
	for _, word := range o.Words("skip_steps", len(events.Steps()), maxStepName) {
		step, err := events.ParseStep(word)
		if err != nil {
			o.Fault("skip_steps", apierr.UnknownStep, word)
		}
		s.Skip = append(s.Skip, step)
	}
	if s.Mode == events.ModeSingle {
		if option := turnedOff(s.Single, options); option != "" {
			o.Fault("single_step", apierr.StepTurnedOff, s.Single, option)
		}
		for _, name := range []string{"start_step", "end_step", "skip_steps"} {
			if o.Has(name) {
				o.Fault(name, apierr.RangeWithSingle)
			}
		}
	}
	return s
}

// turnedOff is the option that turns a step off; "" where none does.
func turnedOff(s events.Step, o events.Options) string {
	switch {
	case s == events.StepValidation && !o.EnableSQLValidation:
		return "enable_sql_validation"
	case s == events.StepLoad && !o.EnableTrainingDataLoad:
		return "enable_training_data_load"
	}
	return ""
}

// plan fills a request's steps in from a selection. Where that leaves none, the
// fault is noted at the end of the range.
func plan(o *jsonbody.Object, s events.Selection, r *events.Request) {
	run, skipped, err := s.Plan()
	switch {
	case err == nil:
		r.ExecutionMode, r.Steps, r.SkippedSteps = s.Mode, run, skipped
	case s.Mode == events.ModeComplete && errors.Is(err, events.ErrInvalid):
		o.Fault("end_step", apierr.EmptyRange)
	}
}
