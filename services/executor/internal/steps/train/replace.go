package train

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// replace takes out what earlier loads of the database brought for the tables of
// this task, and this one does not have. A load without pairs says nothing about
// those of earlier ones: nobody made any, or approved them yet.
func (l *load) replace(ctx context.Context) (err error) {
	r := vector.Replacement{Database: l.run.Identity, TaskID: l.run.TaskID, Stale: l.stale}
	var in []*vector.Collection
	for _, p := range l.parts {
		if p.kind == vector.SQL && len(p.docs) == 0 {
			l.run.Log.Warn(l.run.Language().Pick("本任务没有可加载的问答对，以前加载的问答对保持不变", "this task has no pairs to load, so those of earlier loads stay as they are"))
			continue
		}
		in = append(in, p.collection)
		r.Present = append(r.Present, p.ids...)
	}
	if r.Tables, err = l.covered(ctx, in); err != nil {
		return err
	}
	l.result.Removed, err = l.store.Replace(ctx, in, r)
	return err
}

// covered are the tables that the load stands for: those that the task
// documented, and those of its list that the store knows and the database no
// longer has. One that could not be read this time is none of them.
func (l *load) covered(ctx context.Context, in []*vector.Collection) ([]string, error) {
	tables, err := corpus.Tables(l.run.In)
	if err != nil || len(tables) == 0 {
		return nil, err
	}
	known, err := l.store.Tables(ctx, in, l.run.Identity)
	if err != nil {
		return nil, err
	}
	failed := failedTables(l.run.In)
	for _, name := range listed(l.run.Request.Tables, known) {
		if !slices.Contains(tables, name) && !slices.Contains(failed, name) {
			tables = append(tables, name)
		}
	}
	return tables, nil
}

// listed are those of the tables that a task's list means.
func listed(list, tables []string) (names []string) {
	patterns, err := catalog.ParseList(list)
	if err != nil {
		return nil // the task has none
	}
	var relations []catalog.Relation
	for _, table := range tables {
		if name, err := catalog.ParseName(table); err == nil {
			relations = append(relations, catalog.Relation{Name: name, Kind: catalog.OrdinaryTable})
		}
	}
	for _, p := range patterns {
		found, err := catalog.Resolve([]catalog.Pattern{p}, relations)
		if err != nil {
			continue // the store knows no such table
		}
		for _, name := range found {
			names = append(names, name.String())
		}
	}
	return names
}

// failedTables are those that ddl_generation could not describe.
func failedTables(in fs.FS) []string {
	var result struct {
		Failed []string `json:"failed_tables"`
	}
	data, err := fs.ReadFile(in, "ddl_generation_result.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	_ = json.Unmarshal(data, &result) // a file of another form names none
	return result.Failed
}
