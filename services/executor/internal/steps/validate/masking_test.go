package validate_test

import (
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

// An error about data quotes a row's value, which nobody is to see.
func TestMessagesHoldNoValuesOfRows(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	exec(t, dsn, "CREATE TABLE person (who text)", "INSERT INTO person VALUES ('Zaphod 13800138000')")
	for masking, want := range map[string]string{
		"":             `invalid input syntax for type integer: "***"`,
		events.MaskOff: `invalid input syntax for type integer: "Zaphod 13800138000"`,
	} {
		run := stepstest.New(t, dsn, folder(t, good, "SELECT who::int FROM person"))
		run.Request.Options.Masking = masking
		if _, err := step().Run(t.Context(), run.Run); err != nil {
			t.Fatal(err)
		}
		for _, name := range fileNames(run.Files.FS()) {
			text := run.Files.Text(name)
			if masking == "" && (strings.Contains(text, "Zaphod") || strings.Contains(text, "13800138000")) {
				t.Errorf("%s: %s", name, text)
			}
			if strings.HasSuffix(name, "_summary.log") && !strings.Contains(text, want) {
				t.Errorf("%s does not say %s: %s", name, want, text)
			}
		}
	}
}

// Where no row may be read, a statement's plan is all that is asked for.
func TestNoRowIsReadWhereOnlyTheSchemaMayBe(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	exec(t, dsn, "CREATE TABLE person (who text)", "INSERT INTO person VALUES ('Zaphod')")
	run := stepstest.New(t, dsn, folder(t, "SELECT who::int FROM person"))
	run.Request.Options.Masking = events.SchemaOnly
	result, err := step().Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	if o := outcome(t, result); o.Valid != 1 {
		t.Errorf("%+v", o)
	}
}
