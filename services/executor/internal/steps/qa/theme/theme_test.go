package theme_test

import (
	"fmt"
	"reflect"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// schema draws tables with keys to earlier ones.
func schema(t *rapid.T) *catalog.Schema {
	s := &catalog.Schema{Database: "d"}
	id := catalog.Column{Name: "id", Type: "bigint", BaseType: "bigint", Category: catalog.Integer, NotNull: true, Readable: true}
	for i := range rapid.IntRange(1, 120).Draw(t, "tables") {
		table := &catalog.Table{Schema: "public", Name: fmt.Sprintf("thing_%03d", i), Kind: catalog.OrdinaryTable, Readable: true,
			Columns: []catalog.Column{id}, PrimaryKey: &catalog.Constraint{Columns: []string{"id"}}}
		for k := range rapid.IntRange(0, min(i, 3)).Draw(t, "keys") {
			column := id
			column.Name = fmt.Sprintf("k%d", k)
			table.Columns = append(table.Columns, column)
			table.ForeignKeys = append(table.ForeignKeys, catalog.ForeignKey{Constraint: catalog.Constraint{Columns: []string{column.Name}},
				RefSchema: "public", RefTable: fmt.Sprintf("thing_%03d", rapid.IntRange(0, i).Draw(t, "to")), RefColumns: []string{"id"}})
		}
		s.Tables = append(s.Tables, table)
	}
	return s
}

func TestEveryTableIsInTheFocusOfOneTheme(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schema(t)
		db := profile.Describe(s, rapid.SampledFrom([]events.Language{events.Chinese, events.English}).Draw(t, "language"))
		themes := theme.Divide(db, 5)
		seen, names := map[*profile.Table]int{}, map[string]bool{}
		for _, th := range themes {
			for _, table := range th.Focus {
				seen[table]++
			}
			if names[th.Name] || th.Name == "" || utf8.RuneCountInString(th.Name) > theme.MaxName {
				t.Errorf("name %q", th.Name)
			}
			names[th.Name] = true
		}
		for _, table := range db.Tables {
			if seen[table] != 1 {
				t.Errorf("%s is in %d themes", table.Name, seen[table])
			}
		}
		if len(themes) < min(5, len(db.Tables)/24) {
			t.Errorf("%d themes of %d tables", len(themes), len(db.Tables))
		}
	})
}

func TestNamesOfThemesNameTwoThingsAtMost(t *testing.T) {
	for comment, want := range map[string]string{"路段": "路段与路线", "路段与服务区关联表": "路段与服务区关联分析"} {
		s := &catalog.Schema{Database: "d", Tables: []*catalog.Table{
			{Schema: "public", Name: "a", Comment: comment, Kind: catalog.OrdinaryTable},
			{Schema: "public", Name: "b", Comment: "路线", Kind: catalog.OrdinaryTable},
		}}
		db := profile.Describe(s, events.Chinese)
		if got := theme.Of(db, db.Tables).Name; got != want {
			t.Errorf("%s: %s", comment, got)
		}
	}
}

// TestThereAreNoMoreThemesThanAsked: a table is in the focus of one at most, and each
// is in one where there are questions enough.
func TestThereAreNoMoreThemesThanAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		db := profile.Describe(schema(t), events.English)
		want, each := rapid.IntRange(-1, 9).Draw(t, "want"), rapid.IntRange(1, 30).Draw(t, "each")
		seen := map[*profile.Table]bool{}
		themes := theme.AtMost(db, db.Tables, want, each)
		for _, th := range themes {
			for _, table := range th.Focus {
				if seen[table] {
					t.Errorf("%s is in two themes", table.Name)
				}
				seen[table] = true
			}
		}
		if len(themes) > max(0, want) || want*each >= len(db.Tables) && len(seen) < len(db.Tables) {
			t.Errorf("%d themes with %d of %d tables", len(themes), len(seen), len(db.Tables))
		}
	})
}

func TestThemesAreTheSameEachTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schema(t)
		shape := func() (out [][]string) {
			themes := theme.Divide(profile.Describe(s, events.English), 5)
			for _, th := range themes {
				names := []string{th.Name, th.Description}
				for _, table := range th.Related {
					names = append(names, table.Name)
				}
				out = append(out, names)
			}
			return out
		}
		if first, second := shape(), shape(); !reflect.DeepEqual(first, second) {
			t.Errorf("first %q\nthen %q", first, second)
		}
	})
}
