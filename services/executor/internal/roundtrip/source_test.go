package roundtrip_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/executor/internal/roundtrip"
)

// folder holds empty files of the names that are given.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSources(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string
		want  []string // name: files in their order + pairs
	}{
		{"dumps", []string{"b.sql", "a.sql", "notes.txt"}, []string{"a: a.sql", "b: b.sql"}},
		{"folders", []string{"README.md", "shop/x_data.sql", "shop/y_schema.sql", "shop/LICENSE", "empty/LICENSE", "zoo/zoo.sql", "zoo/gold_pair.json"},
			[]string{"shop: shop/y_schema.sql shop/x_data.sql", "zoo: zoo/zoo.sql + zoo/gold_pair.json"}},
		{"both, and deeper ones", []string{"a.sql", "old/2024/b.sql", "old/c.sql", ".git/d.sql", "gold_pair.txt"},
			[]string{"a: a.sql", "old: old/c.sql", "old/2024: old/2024/b.sql"}},
		{"one database with pairs", []string{"x_data.sql", "x_schema.sql", "gold_pair.json"}, []string{"*: x_schema.sql x_data.sql + gold_pair.json"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := folder(t, tt.files...)
			found, err := roundtrip.Sources(dir)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range found {
				line := fmt.Sprintf("%s: %s", s.Name, strings.Join(s.Files, " "))
				if s.Pairs != "" {
					line += " + " + s.Pairs
				}
				got = append(got, strings.ReplaceAll(strings.Replace(line, filepath.Base(dir)+":", "*:", 1), dir+"/", ""))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
	for _, dir := range []string{folder(t, "a.txt", "b/c.txt"), filepath.Join(t.TempDir(), "missing")} {
		if found, err := roundtrip.Sources(dir); err == nil {
			t.Errorf("%v", found)
		}
	}
}
