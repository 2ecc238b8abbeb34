package corpus

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/ddl"
)

// businessFile says what the database is about.
const businessFile = "db_query_decision_prompt.txt"

// Pages are the documents of a folder that are no pairs, at most one of each
// kind and text, in the order of their files. It fails with a *steps.Error,
// training_file_invalid, on a file that is no text.
func Pages(in fs.FS, lang events.Language) ([]Document, error) {
	names, err := fs.Glob(in, "*")
	if err != nil {
		return nil, fmt.Errorf("list training data: %w", err)
	}
	about, err := newSubjects(in)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var docs []Document
	for _, name := range names {
		kind := kindOf(name)
		if kind == "" {
			continue
		}
		texts, err := readTexts(in, name)
		if errors.Is(err, errInvalid) {
			return nil, steps.Fail(events.ClassUser, "training_file_invalid", lang.Sprintf("文件 %s 不能作为训练数据：%v", "the file %s cannot be training data: %v", name, err), err)
		}
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			docs = append(docs, Document{Kind: kind, Text: text, File: name, Tables: about.of(name)})
		}
	}
	return unique(docs), nil
}

func kindOf(name string) string {
	switch {
	case strings.HasSuffix(name, ".ddl"):
		return events.TrainingDDL
	case strings.HasSuffix(name, "_detail.md"), name == businessFile:
		return events.TrainingDocumentation
	}
	return ""
}

// Tables are the tables that the task documented, as catalog.Name writes them,
// sorted; none where nothing says so.
func Tables(in fs.FS) ([]string, error) {
	s, err := newSubjects(in)
	return s.all, err
}

// subjects says which tables files are about.
type subjects struct {
	byFile map[string]string
	all    []string
}

func newSubjects(in fs.FS) (subjects, error) {
	s := subjects{byFile: map[string]string{}}
	entries, err := ddl.ReadMapping(in)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	for _, e := range entries {
		s.byFile[e.DDL], s.byFile[e.Detail] = e.Table.String(), e.Table.String()
		s.all = append(s.all, e.Table.String())
	}
	s.all = sorted(s.all)
	return s, nil
}

// of is the table of a page, or all of the task.
func (s subjects) of(file string) []string {
	if table, ok := s.byFile[file]; ok {
		return []string{table}
	}
	return s.all
}
