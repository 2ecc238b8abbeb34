package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// source is the SQL that makes one database, in the order of loading.
type source struct {
	name  string
	files []string
}

// findSources takes every .sql file of a folder, and every folder in it that
// holds some, for a database.
func findSources(dir string) ([]source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var sources []source
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			files, err := filepath.Glob(filepath.Join(path, "*.sql"))
			if err != nil {
				return nil, fmt.Errorf("look into %s: %w", path, err)
			}
			if len(files) > 0 {
				sources = append(sources, source{e.Name(), inOrder(files)})
			}
		case filepath.Ext(path) == ".sql":
			sources = append(sources, source{strings.TrimSuffix(e.Name(), ".sql"), []string{path}})
		}
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("%s holds no .sql file", dir)
	}
	return sources, nil
}

var (
	isSchema = regexp.MustCompile(`(?i)schema|ddl|structure|create`)
	isData   = regexp.MustCompile(`(?i)data|insert|seed|rows`)
)

// inOrder puts schemas first, data last, and otherwise goes by name.
func inOrder(files []string) []string {
	rank := func(path string) int {
		switch name := filepath.Base(path); {
		case isSchema.MatchString(name):
			return 0
		case isData.MatchString(name):
			return 2
		}
		return 1
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b)) })
	return files
}
