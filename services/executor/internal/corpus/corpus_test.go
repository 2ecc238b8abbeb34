package corpus_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func pair(question, sql string) events.Pair {
	return events.Pair{ID: pairs.ID(question, sql), Question: question, SQL: sql, Source: events.SourceRules}
}

func folder(t *testing.T, files map[string]any) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, content := range files {
		switch c := content.(type) {
		case string:
			fsys[name] = &fstest.MapFile{Data: []byte(c)}
		case []events.Pair:
			data, err := pairs.EncodeIndex(c)
			if err != nil {
				t.Fatal(err)
			}
			fsys[name] = &fstest.MapFile{Data: data}
		}
	}
	return fsys
}

func TestPagesKnowTheirTables(t *testing.T) {
	in := folder(t, map[string]any{
		"filename_mapping.txt":         "public.guest -> guest.ddl, guest_detail.md\nhr.pay -> hr_pay.ddl, hr_pay_detail.md\n",
		"guest.ddl":                    "CREATE TABLE guest ();\n",
		"hr_pay_detail.md":             "## pay\n",
		"public_types.ddl":             "CREATE TYPE t AS ENUM ();",
		"db_query_decision_prompt.txt": "=== scope ===",
		"metadata.txt":                 "not a page",
	})
	docs, err := corpus.Pages(in, events.English)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"hr.pay", "public.guest"}
	want := []corpus.Document{
		{Kind: events.TrainingDocumentation, Text: "=== scope ===", File: "db_query_decision_prompt.txt", Tables: all},
		{Kind: events.TrainingDDL, Text: "CREATE TABLE guest ();", File: "guest.ddl", Tables: []string{"public.guest"}},
		{Kind: events.TrainingDocumentation, Text: "## pay", File: "hr_pay_detail.md", Tables: []string{"hr.pay"}},
		{Kind: events.TrainingDDL, Text: "CREATE TYPE t AS ENUM ();", File: "public_types.ddl", Tables: all},
	}
	if len(docs) != len(want) {
		t.Fatalf("%d documents", len(docs))
	}
	for i, d := range docs {
		if d.Kind != want[i].Kind || d.Text != want[i].Text || d.File != want[i].File || !slices.Equal(d.Tables, want[i].Tables) {
			t.Errorf("got %+v, want %+v", d, want[i])
		}
	}
	if leads := corpus.Leads(docs[0].Kind, docs[0].Tables); leads != nil {
		t.Errorf("a page about all tables leads to %v", leads)
	}
}

func TestPagesRefuseWhatIsNoText(t *testing.T) {
	_, err := corpus.Pages(folder(t, map[string]any{"x.ddl": "a\x00b"}), events.Chinese)
	if e, ok := errors.AsType[*steps.Error](err); !ok || e.Type != "training_file_invalid" {
		t.Errorf("err = %v", err)
	}
}

// Verdicts count for pairs that are there still; those about an earlier
// generation are passed over.
func TestPairsAreThoseOfTheIndexWithTheirVerdicts(t *testing.T) {
	judged, fresh, stale := pair("a", "SELECT 1"), pair("b", "SELECT 2"), pair("c", "SELECT 3")
	verdict := judged
	verdict.Check = &events.PairCheck{Verdict: events.VerdictError}
	in := folder(t, map[string]any{
		pairs.IndexFile: []events.Pair{judged, fresh}, pairs.VerdictsFile: []events.Pair{verdict, stale},
		"qs_db_20250701_143052_pair.json": `[{"question":"from the file","sql":"SELECT 4"}]`,
	})
	list, file, err := corpus.Pairs(in, nil)
	if err != nil || file != "qs_db_20250701_143052_pair.json" || len(list) != 2 || list[0].Check == nil || list[1].ID != fresh.ID {
		t.Errorf("%v %s %v", list, file, err)
	}
	delete(in, pairs.IndexFile)
	if list, _, err = corpus.Pairs(in, nil); err != nil || len(list) != 2 || list[1].ID != stale.ID {
		t.Errorf("by verdicts alone: %v %v", list, err)
	}
	delete(in, pairs.VerdictsFile)
	if list, _, err = corpus.Pairs(in, nil); err != nil || len(list) != 1 || list[0].Question != "from the file" {
		t.Errorf("by the pair file: %v %v", list, err)
	}
	if list, file, err = corpus.Pairs(fstest.MapFS{}, nil); err != nil || len(list) != 0 || file != "" {
		t.Errorf("by nothing: %v %q %v", list, file, err)
	}
	if _, _, err = corpus.Pairs(folder(t, map[string]any{pairs.IndexFile: "{"}), nil); !errors.Is(err, pairs.ErrMalformed) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
}

// What the validation found about people's pairs is newer than what was known
// when they wrote them.
func TestPeoplesPairsHaveTheVerdictOfTheValidation(t *testing.T) {
	check := func(verdict string) *events.PairCheck { return &events.PairCheck{Verdict: verdict} }
	for _, tt := range []struct {
		name        string
		said, found *events.PairCheck
		edited      bool // after the validation
		want        *events.PairCheck
	}{
		{"not looked at when added", nil, check(events.VerdictValid), false, check(events.VerdictValid)},
		{"a column was dropped since", check(events.VerdictValid), check(events.VerdictError), false, check(events.VerdictError)},
		{"written anew since", check(events.VerdictEmpty), check(events.VerdictError), true, check(events.VerdictEmpty)},
		{"written anew since, not looked at", nil, check(events.VerdictValid), true, nil},
	} {
		for _, where := range []string{"added after the generation", "edited"} {
			t.Run(tt.name+", "+where, func(t *testing.T) {
				theirs, made := pair("a", "SELECT 1"), pair("b", "SELECT 2")
				theirs.Source, theirs.Check = events.SourcePerson, tt.said
				judged := theirs
				judged.Check = tt.found
				index := []events.Pair{made}
				if where == "edited" {
					index = append(index, pair("a", "SELECT 1"))
				}
				if tt.edited {
					theirs.SQL = "SELECT 1 AS one"
				}
				in := folder(t, map[string]any{pairs.IndexFile: index, pairs.VerdictsFile: []events.Pair{made, judged}})
				list, _, err := corpus.Pairs(in, []events.Pair{theirs})
				if err != nil || len(list) != 2 || list[1].ID != theirs.ID {
					t.Fatalf("%v %v", list, err)
				}
				if got := list[1].Check; (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
					t.Errorf("check %+v, want %+v", got, tt.want)
				}
			})
		}
	}
}

// A decision that was withdrawn does not bring back a pair of an earlier
// generation by its verdict.
func TestAWithdrawnApprovalLeavesNothing(t *testing.T) {
	made, earlier := pair("a", "SELECT 1"), pair("b", "SELECT 2")
	approved := earlier
	approved.Decision, approved.Check = events.DecisionApproved, &events.PairCheck{Verdict: events.VerdictValid}
	in := folder(t, map[string]any{pairs.IndexFile: []events.Pair{made}, pairs.VerdictsFile: []events.Pair{made, approved}})
	for want, people := range map[int][]events.Pair{2: {approved}, 1: {earlier}} {
		if list, _, err := corpus.Pairs(in, people); err != nil || len(list) != want {
			t.Errorf("%d pairs, want %d: %v", len(list), want, err)
		}
	}
}

func TestLoadable(t *testing.T) {
	check := func(verdict string) *events.PairCheck { return &events.PairCheck{Verdict: verdict} }
	for _, tt := range []struct {
		name         string
		pair         events.Pair
		all, approve bool
	}{
		{"unchecked by rules", events.Pair{Source: events.SourceRules}, true, false},
		{"unchecked by a person", events.Pair{Source: events.SourcePerson}, false, false},
		{"valid", events.Pair{Check: check(events.VerdictValid)}, true, false},
		{"empty", events.Pair{Check: check(events.VerdictEmpty)}, true, false},
		{"an error", events.Pair{Check: check(events.VerdictError)}, false, false},
		{"too expensive", events.Pair{Check: check(events.VerdictTooExpensive)}, false, false},
		{"a duplicate", events.Pair{Check: check(events.VerdictDuplicate)}, false, false},
		{"approved", events.Pair{Check: check(events.VerdictValid), Decision: events.DecisionApproved}, true, true},
		{"approved, but an error", events.Pair{Check: check(events.VerdictError), Decision: events.DecisionApproved}, false, false},
		{"rejected", events.Pair{Check: check(events.VerdictValid), Decision: events.DecisionRejected}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for approvedOnly, want := range map[bool]bool{false: tt.all, true: tt.approve} {
				if got := len(corpus.Loadable([]events.Pair{tt.pair}, approvedOnly)) == 1; got != want {
					t.Errorf("approved only %v: %v", approvedOnly, got)
				}
			}
		})
	}
}
