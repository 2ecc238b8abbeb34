package qa_test

import (
	"encoding/json"
	"slices"
	"testing"

	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

func TestWhatIsNotTakenIsKeptWithItsReasonAndCountedAsWarnings(t *testing.T) {
	t.Parallel()
	dsn := bookshopDatabase(t)
	spoilt := somePairs("Staffing", 25)
	spoilt[3] = said{"question": "Who is paid most?", "sql": "SELECT p.pay FROM payroll p"}
	spoilt[4] = spoilt[2]
	useless := []said{{"question": "Who left?", "sql": "SELECT name FROM leavers"}}
	server := modelserver.New(t)
	server.Answer(func(r modelserver.Request) modelserver.Reply {
		switch {
		case r.Name == "themes":
			return modelserver.JSON(twoThemes())
		case themeOf(r) == "Staffing":
			return modelserver.JSON(said{"pairs": spoilt})
		}
		return modelserver.JSON(said{"pairs": useless})
	})
	run := newRun(t, dsn, events.English)
	run.Model = stepstest.Model(t, server)
	result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	var got []qa.RefusedPair
	if err := json.Unmarshal([]byte(run.Files.Text(qa.RefusedFile)), &got); err != nil {
		t.Fatal(err)
	}
	want := []qa.RefusedPair{
		{"Who left?", "SELECT name FROM leavers", "Book sales", "unknown_table", "public.leavers"},
		{spoilt[2]["question"].(string), spoilt[2]["sql"].(string), "Staffing", "duplicate", ""},
		{"Who is paid most?", "SELECT p.pay FROM payroll p", "Staffing", "unknown_table", "public.payroll"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	said := run.Lines.Filter(func(line observer.LoggedEntry) bool { return line.Level >= zapcore.WarnLevel }).Len()
	if said < 3 || result.Warnings != said || slices.Contains(result.Removed, qa.RefusedFile) {
		t.Errorf("%d warnings of %d lines, removed %v", result.Warnings, said, result.Removed)
	}
	result, err = qa.New(qa.Config{}).Run(t.Context(), newRun(t, dsn, events.English).Run)
	if err != nil || result.Warnings != 0 || !slices.Contains(result.Removed, qa.RefusedFile) {
		t.Errorf("without a model: %v, %d warnings, removed %v", err, result.Warnings, result.Removed)
	}
}
