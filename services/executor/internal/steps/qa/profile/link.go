package profile

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// link connects the tables by their foreign keys and, where a column has none,
// by what it is called.
func (d *Database) link(prefixes map[string]bool) {
	for _, t := range d.Tables {
		for i := range t.ForeignKeys {
			d.declared(t, &t.ForeignKeys[i])
		}
	}
	named := d.keyNames(prefixes)
	for _, t := range d.Tables {
		if t.Kind.IsView() {
			continue // its rows are those of tables, and belong to nothing new
		}
		for _, c := range t.Columns {
			d.infer(t, c, named)
		}
	}
	for _, t := range d.Tables {
		for _, l := range t.Links {
			d.callLink(l)
		}
	}
}

// callJunction names the rows of a junction after what it ties together, where
// its own name has no Chinese one.
func (d *Database) callJunction(t *Table) {
	if d.Language == events.English || !t.Junction() || words.HasChinese(t.One) {
		return
	}
	a, b := t.Links[0].To.One, t.Links[1].To.One
	if words.Stem(t.Links[1].To.Name)[0] == words.Stem(t.Name)[0] {
		a, b = b, a // as its own name has them
	}
	if words.HasChinese(a + b) {
		joint := "与"
		if strings.Contains(a+b, joint) {
			joint = "和" // 路段与路线 is one of the two
		}
		t.One = a + joint + b + "的关联记录"
		t.Many, t.Classifier = t.One, "条"
	}
}

func (d *Database) declared(t *Table, key *catalog.ForeignKey) {
	to := d.Table(key.References())
	if to == nil {
		return
	}
	from, ref := t.all(key.Columns), to.all(key.RefColumns)
	if len(from) == 0 || len(ref) == 0 {
		return
	}
	same := func(l *Link) bool { return l.To == to && slices.Equal(l.Columns, from) }
	if !slices.ContainsFunc(t.Links, same) {
		connect(&Link{From: t, To: to, Columns: from, RefColumns: ref, Declared: true})
	}
}

func connect(l *Link) {
	l.From.Links = append(l.From.Links, l)
	l.To.Referrers = append(l.To.Referrers, l)
}

// keyNames are the names by which other tables may refer to a table with a key
// of one column; a name of two tables stands for neither, unless one is in the
// schema that asks.
func (d *Database) keyNames(prefixes map[string]bool) map[string][]*Table {
	named := map[string][]*Table{}
	for _, t := range d.Tables {
		if len(t.Key) != 1 {
			continue
		}
		key := words.Stem(t.Key[0].Name)
		names := []string{joined(key)}
		stem := words.Stem(t.Name)
		for _, s := range [][]string{stem, bare(stem, prefixes)} {
			names = append(names, joined(append(slices.Clone(s), key[len(key)-1])))
		}
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			named[name] = append(named[name], t)
		}
	}
	return named
}

// bare is a name's stem without prefixes.
func bare(stem []string, prefixes map[string]bool) []string {
	for len(stem) > 1 && prefixes[stem[0]] {
		stem = stem[1:]
	}
	return stem
}

// generic key names say nothing of the table.
var generic = map[string]bool{"id": true, "code": true, "no": true, "name": true, "key": true, "uuid": true, "number": true, "type": true, "date": true, "sid": true, "pk": true}

func (d *Database) infer(t *Table, c *Column, named map[string][]*Table) {
	linked := slices.ContainsFunc(t.Links, func(l *Link) bool { return slices.Contains(l.Columns, c) })
	name := joined(words.Stem(c.Name))
	if linked || generic[name] || len(t.Key) == 1 && t.Key[0] == c || len(t.ForeignKeys) > 0 && slices.Contains(t.Key, c) {
		return
	}
	candidates := slices.DeleteFunc(slices.Clone(named[name]), func(o *Table) bool {
		return o == t || o.Key[0].Category != c.Category || c.Category == catalog.Date || c.Category == catalog.Timestamp
	})
	if len(candidates) > 1 || len(t.ForeignKeys) > 0 {
		candidates = slices.DeleteFunc(candidates, func(o *Table) bool { return o.Schema != t.Schema })
	}
	if len(candidates) == 1 {
		to := candidates[0]
		connect(&Link{From: t, To: to, Columns: []*Column{c}, RefColumns: to.Key})
	}
}

func joined(stem []string) string { return strings.Join(stem, "_") }

// callLink names what the other row is: the column's own word where it says
// more than the other table's term.
func (d *Database) callLink(l *Link) {
	l.Term, l.Plain = l.To.Term, true
	if len(l.Columns) != 1 {
		return
	}
	column := l.Columns[0]
	text := words.Reference(column.Name, column.Comment, d.Language)
	if l.Self() {
		l.Term, l.Plain = d.selfTerm(l, text), false
		return
	}
	special := strings.HasSuffix(text, l.To.One) || len(l.rivals()) > 0 || hintOf(strings.ReplaceAll(text, " ", "_"), text).ends(offices)
	if text != "" && text != l.To.One && special {
		l.Term, l.Plain = words.Term{One: text, Many: text, Classifier: l.To.Classifier}, false
		if d.Language.Pick("", "en") != "" {
			l.Term.Many = words.Plural(text)
		}
	}
}

var (
	offices   = vocabulary("rep representative manager agent owner seller buyer author creator reviewer approver sender receiver assignee supervisor teacher doctor driver leader", "代表 经理 负责人 创建人 审批人 审核人 经办人 收货人 发件人 司机 班主任 主管")
	superiors = vocabulary("manager report reports supervisor boss leader chief superior", "上级 主管 经理 领导")
	parents   = vocabulary("parent pid father", "父 上级 所属")
)

func (d *Database) selfTerm(l *Link, text string) words.Term {
	h := hintOf(l.Columns[0].Name, l.Columns[0].Comment)
	one := text
	switch {
	case h.is(superiors):
		one = d.Language.Pick("上级", "manager")
	case h.is(parents):
		one = d.Language.Sprintf("上级%s", "parent %s", l.To.One)
	}
	if one == "" {
		one = l.To.One
	}
	many := one
	if d.Language.Pick("", "en") != "" {
		many = words.Plural(one)
	}
	return words.Term{One: one, Many: many, Classifier: l.To.Classifier}
}
