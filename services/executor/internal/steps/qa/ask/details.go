package ask

import (
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// maxDetails bounds the columns of a table that single rows are asked for.
const maxDetails = 8

// details writes the questions about what stands in single rows, which any
// table answers that has a name or a key.
func (w *writer) details(t *profile.Table) {
	form, by, names := "detail", (*profile.Column)(nil), []string(nil)
	switch {
	case len(t.Label) == 1:
		by, names = t.Label[0], spoken(t.Label[0])
	case len(t.Label) == 0 && len(t.Key) == 1:
		form, by, names = "detail_key", t.Key[0], spoken(t.Key[0])
	}
	columns := told(t, by)
	for i, c := range columns {
		if len(names) > 0 && c.Stats != nil && c.Stats.Nulls == 0 {
			w.detail(t, form, by, c, names[i%len(names)])
		}
	}
	if len(t.Key) > 0 || len(t.Label) > 0 {
		for two := range slices.Chunk(columns, 2) {
			w.rows(t, two)
		}
	}
}

// told are the columns of a table that a single row is asked for, beside the
// one that it is known by.
func told(t *profile.Table, by *profile.Column) []*profile.Column {
	texts := slices.DeleteFunc(t.With(profile.Text, profile.Code, profile.Category), func(c *profile.Column) bool { return c == by })
	return slices.Concat(first(texts, maxDetails-2), first(t.With(profile.Level, profile.Amount), 2))
}

// spoken are the values of a column in the sample that questions may name, most
// frequent first.
func spoken(c *profile.Column) []string {
	if c.Stats == nil || c.Role == profile.Personal {
		return nil
	}
	var out []string
	for _, v := range c.Stats.Top {
		if speakable(v.Text) {
			out = append(out, v.Text)
		}
	}
	return out
}

func (w *writer) detail(t *profile.Table, form string, by, c *profile.Column, value string) {
	r := alone(t)
	name := value
	if by.Category != catalog.Integer {
		name = quoted(w.language, name)
	}
	what := w.language.Pick("什么", "what")
	if c.Role == profile.Level || c.Role == profile.Amount {
		what = w.language.Pick("多少", "what")
	}
	w.add(form, about(t).with(c), named(t).set("by", w.known(by)).column("col", c).set("what", what).set("val", name),
		query{cols: []string{r.col(c)}, from: r.String(), where: append(r.live(), r.equals(by, value))})
}

// rows asks for columns of the first rows.
func (w *writer) rows(t *profile.Table, columns []*profile.Column) {
	r, N := alone(t), topN(t)
	if N == 0 {
		return
	}
	by := r.Key
	if len(by) == 0 {
		by = r.Label
	}
	what := columns[0].Term
	if len(columns) > 1 {
		what += w.language.Pick("和", " and ") + columns[1].Term
	}
	w.add("rows", about(t).with(columns...), named(t).set("by", w.known(by[0])).set("what", what).set("N", N),
		query{cols: unique(append(r.shown(), r.all(columns)...)), from: r.String(), where: r.live(), order: r.all(by), limit: N})
}

// known is what people call the column that a row is known by: a key without a
// Chinese name is 编号 in Chinese.
func (w *writer) known(c *profile.Column) string {
	if w.language != events.English && c.Role == profile.Key && !words.HasChinese(c.Term) {
		return "编号"
	}
	return c.Term
}
