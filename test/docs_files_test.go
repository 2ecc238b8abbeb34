package test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// filePages tell of the files of a task, the first for the other tests.
var filePages = []string{"docs/files.md", "docs/files.zh-CN.md"}

var placeholder = regexp.MustCompile(`<[a-z]+>`)

// documentedFile is a line of a page of files.
type documentedFile struct {
	name    string // with placeholders: qs_<db>_<time>_pair.json
	primary bool
}

// pattern is the name as path.Match takes it.
func (f documentedFile) pattern() string { return placeholder.ReplaceAllString(f.name, "*") }

func documentedFiles(t *testing.T, name string) []documentedFile {
	t.Helper()
	var all []documentedFile
	for _, cells := range rows(page(t, name)) {
		if len(cells) != 5 || slices.Contains(append(cells[2:], cells[0]), "") {
			t.Errorf("%s: the line of %s is not whole", name, cells[0])
			continue
		}
		all = append(all, documentedFile{strings.Trim(cells[0], "`"), cells[1] != ""})
	}
	return all
}

// documented is the line of a file; of several that fit, that with the longest
// name.
func documented(files []documentedFile, name string) (found documentedFile, ok bool) {
	for _, f := range files {
		if fits, err := path.Match(f.pattern(), name); err == nil && fits && len(f.name) > len(found.name) {
			found, ok = f, true
		}
	}
	return found, ok
}

// fileName is a file's name in the code, whole or its end.
var fileName = regexp.MustCompile(`^[a-z_*][a-z_*.]*\.(json|md|txt|ddl|log|csv|backup)$`)

// namedFiles are the names, or their ends, that the code of the steps and of
// their readers gives to files of tasks.
func namedFiles(t *testing.T) []string {
	t.Helper()
	notOfTasks := []string{"schema.json", "answer.json", "gold_pair.json"} // of prompts, of answers of models, of dumps
	var all []string
	for _, text := range literals(sources(t, "services/executor", "services/filescan", "cmd/datapipeline")) {
		if fileName.MatchString(text) && !slices.Contains(notOfTasks, text) {
			all = append(all, text)
		}
	}
	if len(all) < 25 {
		t.Fatalf("only %d names were found in the code", len(all))
	}
	return all
}

// names reports whether a name in the code can be that of a documented file.
func (f documentedFile) names(inCode string) bool {
	switch {
	case strings.HasPrefix(inCode, "_"):
		return strings.HasSuffix(f.name, inCode)
	case strings.Contains(inCode, "*"):
		fits, err := path.Match(inCode, f.name)
		return err == nil && fits
	}
	return f.name == inCode
}

// Every file that the code names has a line on the pages, and every line is of
// a file that the code names.
func TestEveryFileIsDocumented(t *testing.T) {
	inCode := namedFiles(t)
	for _, name := range filePages {
		files := documentedFiles(t, name)
		for _, text := range inCode {
			if !slices.ContainsFunc(files, func(f documentedFile) bool { return f.names(text) }) {
				t.Errorf("%s: %q is missing", name, text)
			}
		}
		for _, f := range files {
			if !slices.ContainsFunc(inCode, f.names) {
				t.Errorf("%s: nothing writes %s", name, f.name)
			}
		}
	}
}
