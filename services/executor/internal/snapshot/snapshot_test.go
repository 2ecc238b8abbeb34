package snapshot_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// booking is a table with something of every kind.
func booking() *catalog.Table {
	return &catalog.Table{
		Schema: "public", Name: "booking", Kind: catalog.OrdinaryTable, Comment: "预订表", RowEstimate: 12, Readable: true,
		Columns: []catalog.Column{
			{Name: "id", Type: "bigint", BaseType: "bigint", NotNull: true, Identity: &catalog.Identity{}, Comment: "编号"},
			{Name: "guest_id", Type: "bigint", BaseType: "bigint", NotNull: true},
			{Name: "status", Type: "public.status", BaseType: "public.status", Enum: []string{"new", "paid"}, Default: "'new'::public.status"},
			{Name: "price", Type: "public.money2", BaseType: "numeric(10,2)"},
			{Name: "total", Type: "numeric", BaseType: "numeric", Generated: "stored", Default: "(price * 2)"},
		},
		PrimaryKey:  &catalog.Constraint{Name: "booking_pkey", Columns: []string{"id"}, Definition: "PRIMARY KEY (id)"},
		ForeignKeys: []catalog.ForeignKey{{Constraint: catalog.Constraint{Name: "booking_guest", Definition: "FOREIGN KEY (guest_id) REFERENCES public.guest(id)"}}},
		Checks:      []catalog.Constraint{{Name: "booking_price", Definition: "CHECK ((price > 0))", Comment: "价格为正"}},
		Indexes:     []catalog.Index{{Name: "booking_status", Definition: "CREATE INDEX booking_status ON public.booking USING btree (status)"}},
	}
}

func schema(tables ...*catalog.Table) *catalog.Schema {
	return &catalog.Schema{Database: "hotel", Tables: tables, Objects: []*catalog.Object{
		{Kind: catalog.EnumType, Schema: "public", Name: "status", Definition: "CREATE TYPE public.status AS ENUM ('new', 'paid');"},
	}}
}

func TestASnapshotAsItIsWritten(t *testing.T) {
	testkit.Golden(t, "testdata/snapshot.golden.json", snapshot.Of(schema(booking())).Encode())
}

// TestWhatIsNoDefinitionDoesNotCount is what keeps a task on a busy database
// from doing everything again.
func TestWhatIsNoDefinitionDoesNotCount(t *testing.T) {
	before := snapshot.Of(schema(booking()))
	busy := booking()
	busy.RowEstimate, busy.Readable, busy.Columns[0].Readable = 9e9, false, true
	busy.Partitions = []*catalog.Partition{{Schema: "public", Name: "booking_2025"}}
	if now := snapshot.Of(schema(busy)); now.SchemaVersion != before.SchemaVersion || !bytes.Equal(now.Encode(), before.Encode()) {
		t.Error("statistics, rights or partitions changed the snapshot")
	}
}

// TestAKeyOfPartitionsIsTheSameWhicheverDeclaresIt: the first partition, by
// which the catalogue names such a key, is the one that retention drops.
func TestAKeyOfPartitionsIsTheSameWhicheverDeclaresIt(t *testing.T) {
	key := func(name string) *catalog.Table {
		b := booking()
		b.ForeignKeys[0].Name, b.ForeignKeys[0].OnPartitions = name, true
		return b
	}
	if a, b := snapshot.Of(schema(key("p1_guest"))), snapshot.Of(schema(key("p2_guest"))); a.SchemaVersion != b.SchemaVersion {
		t.Error("the name of a partition's key counts")
	}
}

// changed is the booking table after every kind of change that a table knows.
func changed() *catalog.Schema {
	b := booking()
	b.Comment, b.Unlogged, b.Kind, b.PartitionKey = "", true, catalog.PartitionedTable, "RANGE (id)"
	b.Inherits = []catalog.Name{{Schema: "public", Name: "base"}}
	b.Columns[0].Comment, b.Columns[0].Identity = "预订编号", &catalog.Identity{Always: true}
	b.Columns[1].Name = "visitor_id"
	b.Columns[2].Enum, b.Columns[2].Default = []string{"new", "paid", "void"}, ""
	b.Columns[3].BaseType, b.Columns[3].NotNull, b.Columns[3].Collation = "numeric(12,2)", true, `"C"`
	b.Columns[4].Generated = "virtual"
	b.Columns[2], b.Columns[3] = b.Columns[3], b.Columns[2]
	b.ForeignKeys = nil
	b.Uniques = []catalog.Constraint{{Name: "booking_once", Definition: "UNIQUE (visitor_id, price)"}}
	b.Checks[0].Comment = ""
	b.Indexes[0].Definition += " WHERE (price > 10)"
	b.Indexes = append(b.Indexes, catalog.Index{Name: "booking_price_index", Definition: "CREATE INDEX booking_price_index ON public.booking USING btree (price)"})
	s := schema(b, &catalog.Table{Schema: "public", Name: "guest", Kind: catalog.OrdinaryTable})
	s.Objects[0].Definition = strings.Replace(s.Objects[0].Definition, "'paid'", "'paid', 'void'", 1)
	s.Objects = append(s.Objects, &catalog.Object{Kind: catalog.SequenceObject, Schema: "public", Name: "numbers", Definition: "CREATE SEQUENCE public.numbers;"})
	return s
}

func TestChangesInWords(t *testing.T) {
	before := snapshot.Of(schema(booking(), &catalog.Table{Schema: "public", Name: "old_rates", Kind: catalog.OrdinaryTable}))
	for _, lang := range []events.Language{events.Chinese, events.English} {
		changes := snapshot.Of(changed()).Since(before, "task_20250701_143052", lang)
		testkit.Golden(t, fmt.Sprintf("testdata/changes.%s.golden.json", lang), changes.Encode())
		lines := strings.Join(changes.Lines(lang.Sprintf), "\n") + "\n"
		testkit.Golden(t, fmt.Sprintf("testdata/changes.%s.golden.txt", lang), []byte(lines))
	}
}

func TestViewsAndForeignTables(t *testing.T) {
	view := &catalog.Table{Schema: "public", Name: "v", Kind: catalog.View, View: &catalog.ViewDefinition{Query: "SELECT 1", Populated: true}}
	foreign := &catalog.Table{Schema: "public", Name: "f", Kind: catalog.ForeignTable, Foreign: &catalog.Foreign{Server: "a"}, Columns: []catalog.Column{{Name: "c"}}}
	before := snapshot.Of(schema(foreign, view))
	view.View, foreign.Foreign = &catalog.ViewDefinition{Query: "SELECT 2", Options: []catalog.Option{{Name: "security_barrier", Value: "true"}}}, &catalog.Foreign{Server: "b"}
	foreign.Columns[0].Options = []catalog.Option{{Name: "column_name", Value: "C"}}
	changes := snapshot.Of(schema(foreign, view)).Since(before, "t", events.English).Tables.Changed
	var texts []string
	for _, table := range changes {
		for _, c := range table.Changes {
			texts = append(texts, c.Text)
		}
	}
	want := []string{
		"server of the table changed from a to b", "options of column c changed from none to 'column_name=C'",
		"query of the table changed from SELECT 1 to SELECT 2", "options of the table changed from none to 'security_barrier=true'",
	}
	if !slices.Equal(texts, want) {
		t.Errorf("%q", texts)
	}
}

func TestTheFirstTaskHasNothingToCompareWith(t *testing.T) {
	c := snapshot.Of(schema(booking())).Since(nil, "", events.English)
	if c.BaseTaskID != nil || c.BaseSchemaVersion != nil || !slices.Equal(c.Tables.Added, []string{"public.booking"}) {
		t.Errorf("%+v", c)
	}
	if got := c.Lines(events.English.Sprintf); len(got) != 1 || !strings.Contains(got[0], "no earlier task") {
		t.Errorf("lines: %q", got)
	}
}

func TestALongDefinitionIsCut(t *testing.T) {
	long := booking()
	long.Checks[0].Definition = strings.Repeat("长", 10*snapshot.MaxValue)
	c := snapshot.Of(schema(long)).Since(snapshot.Of(schema(booking())), "t", events.Chinese)
	change := c.Tables.Changed[0].Changes[0]
	if runes := []rune(change.After); len(runes) != snapshot.MaxValue+1 || len([]rune(change.Text)) > 400 {
		t.Errorf("%d characters, and %d of text", len(runes), len([]rune(change.Text)))
	}
}

func TestManyChangesAreNotAllLogged(t *testing.T) {
	var many []*catalog.Table
	for i := range 1000 {
		many = append(many, &catalog.Table{Schema: "public", Name: fmt.Sprintf("t%d", i)})
	}
	lines := snapshot.Of(schema(many...)).Since(snapshot.Of(schema()), "t", events.English).Lines(events.English.Sprintf)
	if last := lines[len(lines)-1]; len(lines) > 300 || !strings.Contains(last, "800 more changes") {
		t.Errorf("%d lines, the last is %q", len(lines), last)
	}
}

// draw is a small schema whose parts collide often.
func draw(t *rapid.T) *catalog.Schema {
	word := rapid.SampledFrom([]string{"", "a", "b", "\xff", "x<y & z", "长"})
	names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "C", "d e"}), 0, 3, rapid.ID[string])
	s := &catalog.Schema{}
	for _, name := range names.Draw(t, "tables") {
		table := &catalog.Table{Schema: "public", Name: name, Kind: catalog.OrdinaryTable, Comment: word.Draw(t, "comment"), Unlogged: rapid.Bool().Draw(t, "unlogged")}
		for _, column := range names.Draw(t, "columns") {
			c := catalog.Column{Name: column, Type: word.Draw(t, "type"), NotNull: rapid.Bool().Draw(t, "not null"), Default: word.Draw(t, "default")}
			c.BaseType = rapid.SampledFrom([]string{c.Type, "integer"}).Draw(t, "base type")
			c.Enum = rapid.SliceOfN(word, 0, 2).Draw(t, "labels")
			c.Options = rapid.SliceOfN(rapid.Map(word, func(w string) catalog.Option { return catalog.Option{Name: "o", Value: w} }), 0, 2).Draw(t, "options")
			table.Columns = append(table.Columns, c)
		}
		for _, check := range names.Draw(t, "checks") {
			table.Checks = append(table.Checks, catalog.Constraint{Name: check, Definition: word.Draw(t, "definition"), Comment: word.Draw(t, "comment")})
		}
		if rapid.Bool().Draw(t, "view") {
			table.View = &catalog.ViewDefinition{Query: word.Draw(t, "query")}
		}
		s.Tables = append(s.Tables, table)
	}
	for _, name := range names.Draw(t, "objects") {
		s.Objects = append(s.Objects, &catalog.Object{Kind: catalog.EnumType, Name: name, Definition: word.Draw(t, "definition")})
	}
	return s
}

func TestASnapshotReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshot.Of(draw(t))
		back, err := snapshot.Decode(s.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(back.Encode(), s.Encode()) || !back.Since(s, "t", events.English).None() {
			t.Errorf("wrote\n%s\nread\n%s", s.Encode(), back.Encode())
		}
	})
}

func TestDifferencesAreThereExactlyWhereFingerprintsDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := snapshot.Of(draw(t)), snapshot.Of(draw(t))
		c := b.Since(a, "t", events.Chinese)
		if c.None() != (a.SchemaVersion == b.SchemaVersion) || c.None() != bytes.Equal(a.Encode(), b.Encode()) {
			t.Errorf("no change: %v; versions %s and %s", c.None(), a.SchemaVersion, b.SchemaVersion)
		}
		was, is := a.Fingerprints(), b.Fingerprints()
		for _, table := range c.Tables.Changed {
			if len(table.Changes) == 0 || was[table.Table] == is[table.Table] {
				t.Errorf("%s has %d changes", table.Table, len(table.Changes))
			}
		}
		if total := len(c.Tables.Added) + len(c.Tables.Changed) + c.Tables.Unchanged; total != len(is) {
			t.Errorf("%d tables of %d", total, len(is))
		}
	})
}

func TestTheWayBackHasAsManyChanges(t *testing.T) {
	opposite := strings.NewReplacer("added", "removed", "removed", "added")
	rapid.Check(t, func(t *rapid.T) {
		a, b := snapshot.Of(draw(t)), snapshot.Of(draw(t))
		there, back := b.Since(a, "t", events.English), a.Since(b, "t", events.English)
		if !slices.Equal(there.Tables.Added, back.Tables.Removed) || !slices.Equal(there.Tables.Removed, back.Tables.Added) {
			t.Errorf("there %+v\nback %+v", there.Tables, back.Tables)
		}
		kinds := func(c *snapshot.Changes, name func(string) string) (all []string) {
			for _, o := range c.Objects {
				all = append(all, o.Object+name(o.Kind))
			}
			for _, table := range c.Tables.Changed {
				for _, change := range table.Changes {
					all = append(all, table.Table+change.Column+change.Constraint+name(change.Kind))
				}
			}
			slices.Sort(all)
			return all
		}
		same := func(kind string) string { return kind }
		if x, y := kinds(there, same), kinds(back, opposite.Replace); !slices.Equal(x, y) {
			t.Errorf("there %q\nback %q", x, y)
		}
	})
}

func TestADamagedSnapshotIsRefused(t *testing.T) {
	good := string(snapshot.Of(schema(booking())).Encode())
	for name, bad := range map[string]string{
		"no JSON":           "{",
		"more behind it":    good + "{}",
		"an unknown field":  strings.Replace(good, `"tables"`, `"rows": 3, "tables"`, 1),
		"another type":      strings.Replace(good, `"bigint"`, `"integer"`, 1),
		"another name":      strings.Replace(good, `"public.booking"`, `"public.book"`, 1),
		"another object":    strings.Replace(good, `AS ENUM`, `AS  ENUM`, 1),
		"another version":   strings.Replace(good, `"schema_version": "`, `"schema_version": "0`, 1),
		"a column twice":    strings.Replace(good, `"guest_id"`, `"id"`, 1),
		"no fingerprint":    strings.Replace(good, `"fingerprint":"`, `"fingerprint":"x`, 1),
		"nothing":           "",
		"larger than taken": strings.Repeat(" ", snapshot.MaxSize+1),
	} {
		if _, err := snapshot.Decode([]byte(bad)); !errors.Is(err, snapshot.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(snapshot.Of(schema(booking())).Encode())
	f.Add([]byte(`{"schema_version":"","tables":[],"objects":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := snapshot.Decode(data)
		if err != nil {
			if !errors.Is(err, snapshot.ErrMalformed) {
				t.Errorf("%v", err)
			}
			return
		}
		again, err := snapshot.Decode(s.Encode())
		if err != nil || !bytes.Equal(again.Encode(), s.Encode()) {
			t.Errorf("%v", err)
		}
		if !again.Since(s, "t", events.Chinese).None() {
			t.Error("it differs from itself")
		}
	})
}

func FuzzDecodeChanges(f *testing.F) {
	f.Add(snapshot.Of(changed()).Since(snapshot.Of(schema(booking())), "t", events.English).Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := snapshot.DecodeChanges(data)
		if err != nil {
			if !errors.Is(err, snapshot.ErrMalformed) {
				t.Errorf("%v", err)
			}
			return
		}
		if again, err := snapshot.DecodeChanges(c.Encode()); err != nil || !bytes.Equal(again.Encode(), c.Encode()) {
			t.Errorf("%v", err)
		}
	})
}

func TestWithout(t *testing.T) {
	s := snapshot.Of(changed())
	rest := s.Without(func(n catalog.Name) bool { return n.Name == "guest" })
	if len(rest.Tables) != len(s.Tables)-1 || rest.SchemaVersion == s.SchemaVersion {
		t.Errorf("%d tables, version %s", len(rest.Tables), rest.SchemaVersion)
	}
	if _, err := snapshot.Decode(rest.Encode()); err != nil {
		t.Error(err)
	}
}
