package roundtrip

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// PairsFile is the name of a file of questions with SQL that lies beside dumps.
const PairsFile = "gold_pair.json"

// Source is the SQL that makes one database.
type Source struct {
	Name  string   // the path below the folder that was searched
	Files []string // in the order of loading
	Pairs string   // PairsFile beside them; empty where there is none
}

// Sources searches a folder, and the folders in it at every depth, but for
// hidden ones. The .sql files of a folder are a database. Right in the folder
// that is searched each of them is one, unless PairsFile lies beside them.
func Sources(dir string) ([]Source, error) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	var all []Source
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || !e.IsDir():
			return err
		case path != root && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		}
		found, err := inFolder(root, path)
		all = append(all, found...)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("there is no .sql file in %s, nor in a folder of it", dir)
	}
	return all, err
}

func inFolder(root, dir string) ([]Source, error) {
	names, err := fs.Glob(os.DirFS(dir), "*.sql")
	if err != nil || len(names) == 0 {
		return nil, err
	}
	together := Source{Name: filepath.Base(root), Pairs: filepath.Join(dir, PairsFile)}
	if _, err := os.Stat(together.Pairs); err != nil {
		together.Pairs = ""
	}
	if dir != root {
		together.Name, err = filepath.Rel(root, dir)
	}
	var apart []Source
	for _, name := range names {
		path := filepath.Join(dir, name)
		apart = append(apart, Source{Name: strings.TrimSuffix(name, ".sql"), Files: []string{path}})
		together.Files = append(together.Files, path)
	}
	if dir == root && together.Pairs == "" {
		return apart, nil
	}
	inOrder(together.Files)
	return []Source{together}, err
}

var (
	isSchema = regexp.MustCompile(`(?i)schema|ddl|structure|create`)
	isData   = regexp.MustCompile(`(?i)data|insert|seed|rows`)
)

// inOrder puts schemas first, data last, and otherwise goes by name.
func inOrder(files []string) {
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
}
