package catalog

import (
	"slices"
	"strings"
	"testing"
)

func TestReadViews(t *testing.T) {
	s := read(t, database(t, `
		CREATE TABLE part (id int, at date) PARTITION BY RANGE (at);
		CREATE TABLE part_1 PARTITION OF part DEFAULT;
		CREATE TABLE item (id int PRIMARY KEY, name varchar(20) COLLATE "C");
		CREATE FUNCTION items() RETURNS SETOF item LANGUAGE sql AS 'SELECT * FROM item';
		CREATE VIEW a WITH (security_barrier, check_option = 'local') AS SELECT id, name FROM item;
		CREATE VIEW b AS SELECT a.id, c.relname FROM a, part_1, pg_class c;
		CREATE VIEW through AS SELECT id FROM items();
		CREATE MATERIALIZED VIEW kept AS SELECT id FROM item WITH NO DATA;
		CREATE UNIQUE INDEX ON kept (id);
		COMMENT ON VIEW a IS 'seen';
		COMMENT ON COLUMN a.name IS 'called'`))
	a, b, kept := table(t, s, "public", "a"), table(t, s, "public", "b"), table(t, s, "public", "kept")
	if a.Kind != View || a.Comment != "seen" || a.RowEstimate != -1 || !a.Readable || !a.View.Populated {
		t.Errorf("%+v", a)
	}
	if want := "SELECT item.id,\n    item.name\n   FROM public.item"; a.View.Query != want {
		t.Errorf("query %q, want %q", a.View.Query, want)
	}
	if want := []Option{{"check_option", "local"}, {"security_barrier", "true"}}; !slices.Equal(a.View.Options, want) {
		t.Errorf("options %v", a.View.Options)
	}
	if c := column(t, a, "name"); c.Type != "character varying(20)" || c.Comment != "called" || c.Collation != `pg_catalog."C"` {
		t.Errorf("column %+v", c)
	}
	if want := []Name{{"public", "a"}, {"public", "part_1"}}; !slices.Equal(b.View.Reads, want) {
		t.Errorf("reads %v, want %v", b.View.Reads, want)
	}
	if want := []Name{{"public", "a"}, {"public", "part"}}; !slices.Equal(b.DependsOn, want) {
		t.Errorf("depends on %v, want %v", b.DependsOn, want)
	}
	through := table(t, s, "public", "through")
	if want := []Name{{"public", "item"}}; !slices.Equal(through.DependsOn, want) {
		t.Errorf("through a function: depends on %v", through.DependsOn)
	}
	if len(through.Objects) != 1 || through.Objects[0].Name != "items()" || !slices.Equal(through.Objects[0].DependsOn, []Name{{"public", "item"}}) {
		t.Errorf("objects %+v", through.Objects)
	}
	if kept.Kind != MaterializedView || kept.View.Populated || len(kept.Indexes) != 1 || !kept.Indexes[0].Unique {
		t.Errorf("%+v", kept)
	}
}

func TestWhatAViewNeedsIsNamedThoughItIsNotRead(t *testing.T) {
	s := read(t, database(t, "CREATE TABLE item (id int); CREATE VIEW a AS SELECT id FROM item"), Name{"public", "a"})
	if len(s.Tables) != 1 || !slices.Equal(s.Tables[0].DependsOn, []Name{{"public", "item"}}) {
		t.Errorf("tables %+v", s.Tables[0])
	}
}

func TestReadForeignTables(t *testing.T) {
	s := read(t, database(t, `
		CREATE EXTENSION postgres_fdw;
		CREATE SERVER "Far" FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'h', dbname 'd');
		CREATE USER MAPPING FOR PUBLIC SERVER "Far" OPTIONS (user 'u', password 'hush');
		CREATE FOREIGN TABLE f (id int OPTIONS (column_name 'ID') NOT NULL) SERVER "Far" OPTIONS (table_name 'g', schema_name 's')`))
	f := table(t, s, "public", "f")
	if f.Kind != ForeignTable || f.Foreign.Server != "Far" || !slices.Equal(f.Foreign.Options, []Option{{"schema_name", "s"}, {"table_name", "g"}}) {
		t.Errorf("%+v %+v", f, f.Foreign)
	}
	if c := column(t, f, "id"); !slices.Equal(c.Options, []Option{{"column_name", "ID"}}) {
		t.Errorf("column %+v", c)
	}
	var got []string
	for _, o := range f.Objects {
		got = append(got, string(o.Kind)+" "+o.SQL())
	}
	if want := []string{"extension postgres_fdw", `server "Far"`}; !slices.Equal(got, want) {
		t.Errorf("objects %q, want %q", got, want)
	}
	if d := f.Objects[1].Definition; strings.Contains(d, "hush") || d != `CREATE SERVER "Far" FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname 'd', host 'h');` {
		t.Error(d)
	}
}

func TestLoadOrderPutsViewsBehindWhatTheyRead(t *testing.T) {
	s := read(t, database(t, `
		CREATE TABLE z (id int);
		CREATE VIEW y AS SELECT id FROM z;
		CREATE VIEW a AS SELECT id FROM y;
		CREATE TABLE b (of_y y)`))
	var got []string
	for _, t := range s.LoadOrder().Tables {
		got = append(got, t.Name)
	}
	if want := []string{"z", "y", "a", "b"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}
