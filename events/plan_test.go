package events_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/citu/datapipeline/events"
)

// TestPlan shows which steps a selection runs and which it reports as skipped.
func TestPlan(t *testing.T) {
	all := events.DefaultOptions()
	noLoad := all
	noLoad.EnableTrainingDataLoad = false
	const d, q, v, l = events.StepDDL, events.StepQA, events.StepValidation, events.StepLoad
	cases := map[string]struct {
		s            events.Selection
		run, skipped []events.Step
		refused      bool
	}{
		"all":                {s: events.Selection{Mode: "complete", Options: all}, run: []events.Step{d, q, v, l}},
		"a range":            {s: events.Selection{Mode: "complete", Options: all, Start: q, End: v}, run: []events.Step{q, v}},
		"skipped":            {s: events.Selection{Mode: "complete", Options: all, Skip: []events.Step{v}}, run: []events.Step{d, q, l}, skipped: []events.Step{v}},
		"disabled":           {s: events.Selection{Mode: "complete", Options: noLoad}, run: []events.Step{d, q, v}, skipped: []events.Step{l}},
		"the rest":           {s: events.Selection{Mode: "complete", Options: all, NotBefore: v}, run: []events.Step{v, l}},
		"one":                {s: events.Selection{Mode: "single", Single: v}, run: []events.Step{v}},
		"one that is off":    {s: events.Selection{Mode: "single", Single: l, Options: noLoad}, run: []events.Step{l}},
		"one without a name": {s: events.Selection{Mode: "single"}, refused: true},
		"an empty range":     {s: events.Selection{Mode: "complete", Options: all, Start: l, End: d}, refused: true},
		"all of it skipped":  {s: events.Selection{Mode: "complete", Options: noLoad, Start: l}, refused: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			run, skipped, err := c.s.Plan()
			if c.refused != errors.Is(err, events.ErrInvalid) || !slices.Equal(run, c.run) || !slices.Equal(skipped, c.skipped) {
				t.Errorf("got %v, skipped %v, %v", run, skipped, err)
			}
		})
	}
}

// TestParseStep accepts names, earlier names and numbers, and nothing else.
func TestParseStep(t *testing.T) {
	for in, want := range map[string]events.Step{
		"sql_validation": events.StepValidation, "ddl_md_generation": events.StepDDL, "2": events.StepQA,
		"training_data_load": events.StepLoad, "0": "", "5": "", "": "", "DDL": "",
	} {
		if got, err := events.ParseStep(in); got != want || (want == "") != errors.Is(err, events.ErrInvalid) {
			t.Errorf("ParseStep(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}
