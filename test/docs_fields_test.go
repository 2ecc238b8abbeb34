package test

import (
	"go/ast"
	"maps"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// described are the types behind what each section of the pages describes, by
// package. Of a function it is the type that it holds.
var described = map[string]map[string][]string{
	"`qs_<db>_<time>_pair.json`":              {"executor/internal/pairs": {"Pair"}},
	"`pair_index.json`, `pair_verdicts.json`": {"../events": {"Pair", "PairCheck"}},
	"`schema_changes.json`":                   {"executor/internal/snapshot": {"Changes", "TableChanges", "TableChange", "Change"}},
	"`schema_snapshot.json`":                  {"executor/internal/snapshot": {"Snapshot", "Table", "Definition", "Column", "Constraint", "Index", "Object"}},
	"`table_samples.json`":                    {"executor/internal/steps/ddl": {"sampledTable", "sampledColumn"}, "executor/internal/mask": {"Masked"}},
	"`generated_comments.json`":               {"executor/internal/steps/ddl": {"Comments", "TableComments"}},
	"`themes.json`":                           {"executor/internal/steps/qa": {"ThemeEntry"}},
	"`refused_model_pairs.json`":              {"executor/internal/steps/qa": {"RefusedPair"}},
	"`ddl_generation_result.json`": {"executor/internal/steps/ddl": {"Result", "Privilege", "CommentCount"},
		"executor/internal/mask": {"Report", "Masked"}, "executor/internal/llm": {"Usage"}, "executor/internal/llm/endpoint": {"Cause"}},
	"`qa_generation_result.json`":                                         {"executor/internal/steps/qa": {"Result", "Coverage"}},
	"`sql_validation_result.json`":                                        {"executor/internal/steps/validate": {"Outcome", "VerdictCounts", "RungCounts", "RepairStats", "ModificationStats"}},
	"`sql_validation_<time>_report.json`, `qs_<db>_<time>_rejected.json`": {"executor/internal/steps/validate": {"verdict", "write"}},
	"`training_load_result.json`":                                         {"executor/internal/steps/train": {"Result", "Counts", "Backup"}},
	"`quality_report.json`": {"executor/internal/quality": {"Report", "Pairs", "Coverage", "UnusedColumns", "Share", "Spread", "Count", "Theme", "Validation",
		"RepairStats", "Listed", "People", "Step", "ModelUsage", "Retrieval", "Recall", "ThemeRecall", "Missed"}},
	"`task_config.json`": {"executor/internal/workflow": {"taskConfig"}},
	"`task_result.json`": {"executor/internal/workflow": {"taskResult", "workflowSummary", "finalOutputs", "taskError"}},
}

// keys are the JSON keys of what is declared under names.
func keys(t *testing.T, folder string, names []string) []string {
	t.Helper()
	var all []string
	found := 0
	collect := func(node ast.Node, name string) {
		if slices.Contains(names, name) {
			found++
			for _, tag := range tags(node) {
				all = append(all, jsonKey(tag))
			}
		}
	}
	for _, f := range packageFiles(t, filepath.Join("../services", folder)) {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					collect(d, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						collect(s, s.Name.Name)
					}
				}
			}
		}
	}
	if found < len(names) || len(all) == 0 {
		t.Errorf("%s: %d of %q were found, with %d keys", folder, found, names, len(all))
	}
	return all
}

func jsonKey(tag reflect.StructTag) string {
	name, _, _ := strings.Cut(tag.Get("json"), ",")
	return name
}

// sections are the third-level parts of a page by their headings.
func sections(text string) map[string]string {
	all := map[string]string{}
	for _, part := range strings.Split(text, "\n### ")[1:] {
		heading, body, _ := strings.Cut(part, "\n")
		all[heading] = body
	}
	return all
}

// Every key of a JSON file stands in its section, and every key that a line
// begins with is one.
func TestEveryFieldIsDocumented(t *testing.T) {
	for heading, types := range described {
		var fields []string
		for _, folder := range slices.Sorted(maps.Keys(types)) {
			fields = append(fields, keys(t, folder, types[folder])...)
		}
		for _, name := range filePages {
			body, ok := sections(page(t, name))[heading]
			if !ok {
				t.Errorf("%s has no section %s", name, heading)
				continue
			}
			for _, key := range missing(fields, codes(body)) {
				t.Errorf("%s, %s: the key %q is missing", name, heading, key)
			}
			for _, key := range missing(leading(body), fields) {
				t.Errorf("%s, %s: there is no key %q", name, heading, key)
			}
		}
	}
}

// leading are the keys that the lines of a list are about.
func leading(body string) []string {
	var all []string
	for line := range strings.Lines(body) {
		if item, ok := strings.CutPrefix(line, "- "); ok {
			about, _, _ := strings.Cut(strings.ReplaceAll(item, "：", ":"), ":")
			all = append(all, codes(about)...)
		}
	}
	return all
}

// missing are those of a list that another lacks.
func missing(list, from []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(from, s) })
}

// Every JSON file has a section.
func TestEveryJSONFileHasASection(t *testing.T) {
	var headings []string
	for heading := range described {
		headings = append(headings, codes(heading)...)
	}
	for _, f := range documentedFiles(t, filePages[0]) {
		if path.Ext(f.name) == ".json" && !slices.Contains(headings, f.name) {
			t.Errorf("the keys of %s are held to no section", f.name)
		}
	}
}
