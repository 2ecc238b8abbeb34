package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func try(t *testing.T, c command) (report string, good bool) {
	t.Helper()
	var text strings.Builder
	good, err := c.run(t.Context(), &text)
	if err != nil {
		t.Fatal(err)
	}
	return text.String(), good
}

func TestEqualDatabasesAreReportedAsSuch(t *testing.T) {
	out := t.TempDir()
	report, good := try(t, command{Dir: "testdata/good", Out: out})
	for _, want := range []string{`shop +2 +0 +0 +\d+ +\d.\d\d +equal`, `split +1 +0 +0 +\d+ +\d.\d\d +equal`} {
		if !regexp.MustCompile(want).MatchString(report) {
			t.Errorf("%q is not in\n%s", want, report)
		}
	}
	detail, err := os.ReadFile(filepath.Join(out, "shop", "item_detail.md"))
	if !good || err != nil || !strings.Contains(string(detail), "- name (text) [e.g. 茶]") {
		t.Errorf("good %v, %v\n%s", good, err, detail)
	}
}

func TestWhatFailsIsNamed(t *testing.T) {
	report, good := try(t, command{Dir: "testdata/bad"})
	for _, want := range []string{
		`no_sql .* loading failed`, `(?m)^no_sql: loading: .*type "no_such_type" does not exist`,
		`unsupported .* loading back failed`, `(?m)^unsupported: loading back: load t.ddl: .*operator class "public.by_size" does not exist`,
	} {
		if !regexp.MustCompile(want).MatchString(report) {
			t.Errorf("%q is not in\n%s", want, report)
		}
	}
	if good {
		t.Error("that is called good")
	}
}

func TestAFolderWithoutSQLIsRefused(t *testing.T) {
	c := command{Dir: t.TempDir()}
	if good, err := c.run(t.Context(), &strings.Builder{}); err == nil || good {
		t.Error("an empty folder is taken")
	}
}
