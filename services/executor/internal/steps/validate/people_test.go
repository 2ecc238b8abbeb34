package validate_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

// asked is a pair file of questions and their SQL, one after the other.
func asked(t *testing.T, text ...string) fstest.MapFS {
	t.Helper()
	var list []pairs.Pair
	for two := range slices.Chunk(text, 2) {
		list = append(list, pairs.Pair{Question: two[0], SQL: two[1]})
	}
	data, err := pairs.Encode(list)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{pairFile: {Data: data}}
}

func TestDuplicatesLeaveThePairFile(t *testing.T) {
	t.Parallel()
	run := stepstest.New(t, shop(t), asked(t,
		"How many bookings?", "SELECT count(*) FROM demo_booking",
		"how many bookings", "select COUNT(*) from demo_booking -- again",
		"What is the number of bookings?", "SELECT count(*) FROM demo_booking", // another way to ask
		"Which cities?", "SELECT citty FROM guest",
		"Which cities?", "SELECT city FROM guest", // what the repair makes of the other
		"Which names?", "SELECT nothing FROM nowhere",
		"Which names?", "SELECT nothing FROM nowhere;",
	))
	result, err := step().Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	o := outcome(t, result)
	if o.Original != 7 || o.Valid != 5 || o.Invalid != 2 || o.Duplicates != 3 || o.Modifications.Deleted != 4 || o.Verdicts.Error != 1 {
		t.Errorf("%+v", o)
	}
	files := run.Files.FS()
	var kept []string
	for _, p := range readPairs(t, files, pairFile) {
		kept = append(kept, p.Question)
	}
	if !slices.Equal(kept, []string{"How many bookings?", "What is the number of bookings?", "Which cities?"}) {
		t.Errorf("kept %v", kept)
	}
	of := map[int]int{}
	for _, v := range report(t, run.Files.Text("sql_validation_20250701_143052_report.json")) {
		if v.Verdict == events.VerdictDuplicate {
			of[v.Number] = v.DuplicateOf
		}
	}
	if len(of) != 3 || of[2] != 1 || of[5] != 4 || of[7] != 6 {
		t.Errorf("duplicates %v", of)
	}
	if log := run.Files.Text("file_modifications_20250701_143052.log"); !strings.Contains(log, "[duplicate_pair] the same as pair 1") {
		t.Errorf("log:\n%s", log)
	}
	index, err := pairs.ReadIndex(files, pairs.VerdictsFile)
	if err != nil || len(index) != 5 { // one for each question and SQL
		t.Errorf("%d entries, %v", len(index), err)
	}
}

func TestEmptyResultsStay(t *testing.T) {
	t.Parallel()
	run := stepstest.New(t, shop(t), asked(t, "Who is in Paris?", "SELECT * FROM guest WHERE city = 'Paris';", "All?", good))
	result, err := step().Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	if o := outcome(t, result); o.Valid != 2 || o.Empty != 1 || o.SuccessRate != 1 || result.Warnings != 0 {
		t.Errorf("%+v", o)
	}
	if _, changed := run.Files.FS()[pairFile]; changed {
		t.Error("the pair file was changed")
	}
	if s := run.Files.Text("sql_validation_20250701_143052_summary.log"); !strings.Contains(s, "#1 Who is in Paris? [empty result]") {
		t.Errorf("summary:\n%s", s)
	}
}

// What people decided stands, and what they wrote is checked like anything.
func TestPeopleHaveTheLastWord(t *testing.T) {
	t.Parallel()
	const count, cities, bookings = "SELECT count(*) FROM guest;", "SELECT city FROM guest;", "SELECT count(*) FROM demo_booking;"
	in := asked(t, "How many guests?", count, "Which cities?", cities, "How many bookings?", bookings)
	run := stepstest.New(t, shop(t), in)
	person := func(id, question, sql string) events.Pair {
		return events.Pair{ID: id, Question: question, SQL: sql, Source: events.SourcePerson}
	}
	rejected := events.Pair{ID: pairs.ID("How many guests?", count), Question: "How many guests?", SQL: count, Decision: events.DecisionRejected, DecidedBy: "Lin", Note: "too easy"}
	edited := person(pairs.ID("Which cities?", cities), "Which cities?", "SELECT DISTINCT city FROM guest ORDER BY city;")
	added := person("p_added", "Which names?", `SELECT "fullName" FROM guest;`)
	wrong := person("p_wrong", "Which nothing?", "SELECT nothing FROM guest_of_nobody;")
	run.Pairs = []events.Pair{rejected, edited, added, wrong}
	result, err := step().Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	if o := outcome(t, result); o.Original != 4 || o.Valid != 3 || o.Invalid != 1 || o.Rejected != 1 || o.Modifications.Deleted != 1 || o.Modifications.Modified != 1 {
		t.Errorf("%+v", o)
	}
	files := run.Files.FS()
	want := []pairs.Pair{{Question: "Which cities?", SQL: edited.SQL}, {Question: "How many bookings?", SQL: bookings}, {Question: "Which names?", SQL: added.SQL}}
	if got := readPairs(t, files, pairFile); !slices.Equal(got, want) {
		t.Errorf("pairs %v", got)
	}
	var refused []verdict
	if err := json.Unmarshal([]byte(run.Files.Text("qs_shop_20250701_143052_rejected.json")), &refused); err != nil || len(refused) != 2 ||
		refused[0].ErrorType != "rejected_by_person" || refused[0].Message != "rejected by Lin: too easy" || refused[1].Rung != events.RungNames {
		t.Errorf("rejected %+v, %v", refused, err)
	}
	index, err := pairs.ReadIndex(files, pairs.VerdictsFile)
	if err != nil || len(index) != 5 {
		t.Fatalf("%d entries, %v", len(index), err)
	}
	if index[0].Check != nil || index[0].Decision != events.DecisionRejected || index[1].ID != edited.ID || index[1].Check.Verdict != events.VerdictValid || index[4].Check.Rung != events.RungNames {
		t.Errorf("index %+v", index)
	}
}

// What people wrote or approved is theirs: a repair is suggested to them, and
// an approval never comes to stand for another text.
func TestPeoplesPairsAreNotRewritten(t *testing.T) {
	t.Parallel()
	const question = "Which cities?"
	written := events.Pair{ID: pairs.ID(question, misspel), Question: question, SQL: misspel, Source: events.SourcePerson}
	approved := events.Pair{ID: pairs.ID(question, misspel), Question: question, SQL: misspel, Source: events.SourceRules, Decision: events.DecisionApproved, DecidedBy: "Lin"}
	for name, theirs := range map[string]events.Pair{"written": written, "approved": approved} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := stepstest.New(t, shop(t), asked(t, question, misspel, "Which names?", good))
			run.Pairs = []events.Pair{theirs}
			result, err := step().Run(t.Context(), run.Run)
			if err != nil {
				t.Fatal(err)
			}
			if o := outcome(t, result); o.Valid != 1 || o.Verdicts.Error < 1 || o.Repairs.Successful != 0 {
				t.Errorf("%+v", o)
			}
			files := run.Files.FS()
			if got := readPairs(t, files, pairFile); len(got) != 1 || got[0].SQL != good {
				t.Errorf("pairs %v", got)
			}
			index, err := pairs.ReadIndex(files, pairs.VerdictsFile)
			i := slices.IndexFunc(index, func(p events.Pair) bool { return p.ID == theirs.ID })
			if err != nil || i < 0 || index[i].SQL != misspel || index[i].Decision != theirs.Decision || index[i].Check.Verdict != events.VerdictError {
				t.Errorf("%+v, %v", index, err)
			}
			list := report(t, run.Files.Text("sql_validation_20250701_143052_report.json"))
			if !slices.ContainsFunc(list, func(v verdict) bool {
				return v.SQL == misspel && v.RepairedSQL == "" && v.SuggestedSQL == mended && strings.Contains(v.Diff, "+SELECT city\n")
			}) {
				t.Errorf("%+v", list)
			}
		})
	}
}

// A repaired pair keeps its ID, also when the repaired file is checked again.
func TestRepairedPairsKeepTheirIDs(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	in := asked(t, "Which cities?", misspel)
	first := stepstest.New(t, dsn, in)
	if _, err := step().Run(t.Context(), first.Run); err != nil {
		t.Fatal(err)
	}
	id := pairs.ID("Which cities?", misspel)
	check := func(run *stepstest.Run) {
		t.Helper()
		index, err := pairs.ReadIndex(run.Files.FS(), pairs.VerdictsFile)
		if err != nil || len(index) != 1 || index[0].ID != id || index[0].SQL != mended || index[0].Check.Verdict != events.VerdictValid {
			t.Errorf("%+v, %v", index, err)
		}
	}
	check(first)
	if index, _ := pairs.ReadIndex(first.Files.FS(), pairs.VerdictsFile); index[0].Check.OriginalSQL != misspel || !strings.Contains(index[0].Check.Diff, "-SELECT citty\n+SELECT city\n") {
		t.Errorf("%+v", index[0].Check)
	}
	later := stepstest.New(t, dsn, first.Files.FS())
	later.RequestedAt = later.RequestedAt.Add(1e12)
	if _, err := step().Run(t.Context(), later.Run); err != nil {
		t.Fatal(err)
	}
	check(later)
}

func TestRunFailsWherePeopleRejectedEverything(t *testing.T) {
	t.Parallel()
	run := stepstest.New(t, shop(t), asked(t, "All?", good))
	run.Pairs = []events.Pair{{ID: pairs.ID("All?", good), Question: "All?", SQL: good, Decision: events.DecisionRejected, DecidedBy: "Lin"}}
	if _, err := step().Run(t.Context(), run.Run); err == nil || !strings.Contains(err.Error(), "people rejected all pairs (1)") {
		t.Errorf("err = %v", err)
	}
}

// A changed statement's tables are told by the task's own schema.
func TestRepairedPairsNameTheirTables(t *testing.T) {
	t.Parallel()
	in := asked(t, "Who earns most?", "SELECT name FROM employe ORDER BY salary DESC LIMIT 1;")
	taken := snapshot.Of(&catalog.Schema{Tables: []*catalog.Table{{Schema: "hr", Name: "employee", Kind: catalog.OrdinaryTable}}})
	in[snapshot.FileName] = &fstest.MapFile{Data: taken.Encode()}
	run := stepstest.New(t, shop(t), in)
	if _, err := step().Run(t.Context(), run.Run); err != nil {
		t.Fatal(err)
	}
	index, err := pairs.ReadIndex(run.Files.FS(), pairs.VerdictsFile)
	if err != nil || len(index) != 1 || !slices.Equal(index[0].Tables, []string{"hr.employee"}) || !slices.Contains(index[0].Shapes, events.ShapeOrder) {
		t.Errorf("%+v, %v", index, err)
	}
}

// Equal input leaves equal bytes, times aside, whoever finishes first.
func TestRunsAreAlike(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	in := folder(t, append(statements(60), misspel, bad, "SELECT * FROM guest WHERE false")...)
	leave := func() fstest.MapFS {
		run := stepstest.New(t, dsn, in)
		if _, err := step().Run(t.Context(), run.Run); err != nil {
			t.Fatal(err)
		}
		return run.Files.FS()
	}
	first, second := leave(), leave()
	for name, file := range first {
		timed := strings.HasSuffix(name, "_report.json") || strings.HasSuffix(name, "_rejected.json") || strings.HasSuffix(name, "_summary.log")
		if again, ok := second[name]; !ok || !timed && string(again.Data) != string(file.Data) {
			t.Errorf("%s differs", name)
		}
	}
}

// A role that may have few connections is served by fewer sessions, which leave
// one to repairs.
func TestRunWithFewConnections(t *testing.T) {
	t.Parallel()
	for limit, valid := range map[int]int{1: 40, 2: 41, 3: 41} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			dsn := shop(t)
			role := fmt.Sprintf("few_%d_%d", limit, time.Now().UnixNano())
			limited := ownedBy(t, dsn, role)
			exec(t, dsn, fmt.Sprintf("ALTER ROLE %s CONNECTION LIMIT %d", role, limit))
			run := stepstest.New(t, limited, folder(t, append(statements(40), misspel)...))
			result, err := step().Run(t.Context(), run.Run)
			if err != nil {
				t.Fatal(err)
			}
			if o := outcome(t, result); o.Original != 41 || o.Valid != valid {
				t.Errorf("%+v", o)
			}
		})
	}
}
