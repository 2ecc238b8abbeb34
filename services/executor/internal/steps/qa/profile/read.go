package profile

import (
	"context"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// Read looks at the tables of a schema. Besides the schema it reads a bounded
// sample of each table's rows, in a number of round trips that is a fraction of
// the number of tables. Tables that cannot be sampled are named in log and
// profiled without. What the masker takes for personal is in no value that the
// profile holds; where its mode is to read no row, none is read.
func Read(ctx context.Context, db catalog.DB, schema *catalog.Schema, language events.Language, masker *mask.Masker, log *zap.Logger) (*Database, error) {
	d := Describe(schema, language)
	if masker.Reads() {
		if err := sample(ctx, db, d.Tables, language, masker, log); err != nil {
			return nil, err
		}
	}
	for _, t := range d.Tables {
		for _, c := range t.Columns {
			refine(c)
			if c.Role == Category && c.Category == catalog.Text {
				c.Term = words.Group(c.Term)
			}
		}
		t.Label = slices.DeleteFunc(t.Label, (*Column).Blank)
		t.findUnique()
		if len(t.Label) == 1 && t.Label[0].Role == Personal {
			t.names = nil
		}
	}
	return d, nil
}

// Describe is Read without a look at any row.
func Describe(schema *catalog.Schema, language events.Language) *Database {
	d := &Database{Name: schema.Database, Language: language, byName: map[catalog.Name]*Table{}}
	prefixes := prefixes(schema.Tables)
	for _, raw := range schema.Tables {
		t := describe(raw, prefixes, language)
		d.Tables = append(d.Tables, t)
		d.byName[t.FullName()] = t
	}
	d.disambiguate()
	for _, t := range d.Tables {
		t.findKey(prefixes)
	}
	d.link(prefixes)
	for _, t := range d.Tables {
		t.assignRoles()
	}
	done := map[*Table]bool{}
	for _, t := range d.Tables {
		d.inherit(t, done)
		d.callJunction(t)
		t.findLabel()
	}
	return d
}

func describe(raw *catalog.Table, prefixes map[string]bool, language events.Language) *Table {
	t := &Table{Table: raw, Term: words.Table(raw.Name, raw.Comment, prefixes, language)}
	for i := range raw.Columns {
		c := &raw.Columns[i]
		if c.Readable && raw.Readable {
			t.Columns = append(t.Columns, column(c, language))
		}
	}
	for _, c := range t.Columns {
		c.Term = words.Bodily(c.Term, t.Term)
		if t.People() && slices.Equal(words.Stem(c.Name), []string{"title"}) && !words.HasChinese(c.Comment) {
			c.Term = language.Pick("职位", "job title")
		}
	}
	t.distinguish()
	return t
}

func column(c *catalog.Column, language events.Language) *Column {
	term, unit := words.Column(c.Name, c.Comment, language)
	if language == events.English {
		term = timely(term, c.Category)
	} else {
		term = words.Moment(term, c.Category == catalog.Date, c.Category == catalog.Timestamp)
	}
	return &Column{Column: c, Term: term, Unit: unit}
}

// timely makes a time's term one: "hire date" of hire.
func timely(term string, category catalog.Category) string {
	for _, ending := range []string{"date", "time", "day", "month", "year", "datetime", "timestamp"} {
		if words.HasChinese(term) || strings.HasSuffix(term, ending) {
			return term
		}
	}
	switch category {
	case catalog.Date:
		return term + " date"
	case catalog.Timestamp:
		return term + " time"
	}
	return term
}

// distinguish gives columns that have the same term their names instead.
func (t *Table) distinguish() {
	count := map[string]int{}
	for _, c := range t.Columns {
		count[c.Term]++
	}
	for _, c := range t.Columns {
		if count[c.Term] > 1 || c.Term == "" {
			c.Term = c.Name
		}
	}
}

// disambiguate adds what tells tables apart that are called alike: the schema,
// and the name where that does not do.
func (d *Database) disambiguate() {
	for t := range d.alike() {
		if t.Schema != "public" {
			schema := words.Phrase(t.Schema, d.Language)
			if !words.HasChinese(schema) {
				schema += " "
			}
			t.One, t.Many = schema+t.One, schema+t.Many
		}
	}
	for t := range d.alike() {
		extra := d.Language.Sprintf("（%s）", " (%s)", t.FullName())
		t.One, t.Many = t.One+extra, t.Many+extra
	}
}

// alike are the tables that share their term with another, or have none.
func (d *Database) alike() map[*Table]bool {
	count, out := map[string]int{}, map[*Table]bool{}
	for _, t := range d.Tables {
		count[t.One]++
	}
	for _, t := range d.Tables {
		if count[t.One] > 1 || t.One == "" {
			out[t] = true
		}
	}
	return out
}

// known prefixes say what sort of table it is, not what is in it.
var knownPrefixes = []string{"t", "tb", "tbl", "tab", "dim", "fact", "fct", "ods", "dwd", "dws", "dwm", "ads", "dw", "rel", "ref"}

// prefixes are the first words that say nothing: the known ones, and one that
// most tables share.
func prefixes(tables []*catalog.Table) map[string]bool {
	out, count := map[string]bool{}, map[string]int{}
	for _, p := range knownPrefixes {
		out[p] = true
	}
	for _, t := range tables {
		if parts := words.Split(t.Name); len(parts) > 1 {
			count[parts[0]]++
		}
	}
	for word, n := range count {
		if n >= 3 && 10*n >= 6*len(tables) {
			out[word] = true
		}
	}
	return out
}

// findKey takes the primary key, else the narrowest unique constraint, else a
// column that is called like one.
func (t *Table) findKey(prefixes map[string]bool) {
	constraints := slices.Clone(t.Uniques)
	slices.SortStableFunc(constraints, func(a, b catalog.Constraint) int { return len(a.Columns) - len(b.Columns) })
	if t.PrimaryKey != nil {
		constraints = slices.Insert(constraints, 0, *t.PrimaryKey)
	}
	for _, k := range constraints {
		if t.Key = t.all(k.Columns); len(t.Key) > 0 {
			return
		}
	}
	own := []string{"id", joined(append(words.Stem(t.Name), "id")), joined(append(bare(words.Stem(t.Name), prefixes), "id"))}
	for _, c := range t.Columns {
		kinds := []catalog.Category{catalog.Integer, catalog.Decimal, catalog.Text, catalog.UUID}
		if slices.Contains(own, joined(words.Stem(c.Name))) && slices.Contains(kinds, c.Category) {
			t.Key = []*Column{c}
			return
		}
	}
}

// all returns the columns of those names, or nil unless all can be read.
func (t *Table) all(names []string) []*Column {
	var out []*Column
	for _, name := range names {
		c := t.Find(name)
		if c == nil {
			return nil
		}
		out = append(out, c)
	}
	return out
}

// assignRoles gives every column its role, links being known.
func (t *Table) assignRoles() {
	for _, c := range t.Columns {
		c.Role = roleOf(t, c)
	}
	for _, c := range t.Key {
		if c.Role != Moment && c.Role != Category && (len(t.Key) == 1 || c.Role == Code || c.Role == Level) {
			c.Role = Key
		}
	}
	for _, l := range t.Links {
		for _, c := range l.Columns {
			if len(l.Columns) == 1 || !slices.Contains(t.Key, c) || c.Role != Moment {
				c.Role = Reference
			}
		}
	}
	t.findLive()
}

// findLive looks for the column by which rows are marked as deleted.
func (t *Table) findLive() {
	for _, c := range t.Columns {
		h := hintOf(c.Name, c.Comment)
		if !(h.contains("deleted") || h.contains("delete") || h.contains("del") || h.says(vocabulary("", "删除"))) || h.contains("by") {
			continue
		}
		switch c.Category {
		case catalog.Timestamp, catalog.Date:
			t.Live = append(t.Live, Condition{c, " IS NULL"})
		case catalog.Boolean:
			t.Live = append(t.Live, Condition{c, " IS NOT TRUE"})
		case catalog.Integer:
			t.Live = append(t.Live, Condition{c, " = 0"})
		default:
			continue
		}
		c.Role = Hidden
		return
	}
}
