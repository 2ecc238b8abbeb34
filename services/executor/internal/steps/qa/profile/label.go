package profile

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// findLabel chooses the columns by which people name a row.
func (t *Table) findLabel() {
	first, last := t.named("first", "name"), t.named("last", "name")
	best, score := (*Column)(nil), 2
	for _, c := range t.Columns {
		if s := t.labelScore(c); s > score {
			best, score = c, s
		}
	}
	switch {
	case first != nil && last != nil && score < 9:
		t.Label = []*Column{first, last}
	case best != nil:
		t.Label = []*Column{best}
	}
}

func (t *Table) named(stem ...string) *Column {
	for _, c := range t.Columns {
		if c.Category == catalog.Text && slices.Equal(words.Stem(c.Name), stem) {
			return c
		}
	}
	return nil
}

// labelScore says how well a column names a row; 2 and less is not at all.
func (t *Table) labelScore(c *Column) int {
	if c.Category != catalog.Text || c.Role == Hidden || c.Role == Reference {
		return 0
	}
	h, table := hintOf(c.Name, c.Comment), words.Stem(t.Name)
	own := func(stem []string) bool {
		return !slices.ContainsFunc(stem, func(w string) bool { return !slices.Contains(table, w) })
	}
	naming := h.last() == "name" || h.last() == "title" || h.last() == "label"
	switch {
	case slices.Contains([]string{"名称", "姓名", "标题", "名字"}, h.comment), len(h.stem) == 1 && h.last() == "name":
		return 10
	case naming && len(h.stem) > 1 && own(h.stem[:len(h.stem)-1]), t.called(h.comment):
		return 9
	case h.last() == "title" && len(h.stem) == 1, slices.Equal(h.stem, table), h.contains("full") && naming:
		return 8
	case h.contains("company") && naming && len(t.Links) == 0:
		return 7
	case h.last() == "description" && len(h.stem) > 1 && own(h.stem[:len(h.stem)-1]) && len(t.Columns) <= 4:
		return 6
	case naming && h.contains("display"), h.last() == "subject" && len(h.stem) == 1:
		return 6
	case len(t.Columns) <= 3 && len(t.With(Text, Category, Code)) == 1 && c.Role != Personal && len(t.Links) == 0:
		return 5
	case (c.Role == Code || c.Role == Text) && t.Declares([]*Column{c}):
		return 4
	case slices.Equal(h.stem, []string{"description"}) && len(t.Columns) <= 3 && len(t.Links) == 0:
		return 4
	}
	return 0
}

// called says whether a column's comment is the table's term and "name".
func (t *Table) called(comment string) bool {
	for _, ending := range []string{"名称", "姓名", "名"} {
		if head, ok := strings.CutSuffix(comment, ending); ok && head != "" && strings.HasSuffix(t.One, head) {
			return true
		}
	}
	return false
}

// findUnique names rows that have neither name nor key, such as those of a view
// that groups, by the one text of which the sample has each value once.
func (t *Table) findUnique() {
	if len(t.Label) > 0 || len(t.Key) > 0 || !t.Complete {
		return
	}
	texts := slices.DeleteFunc(t.With(Text, Category, Code), func(c *Column) bool {
		return c.Category != catalog.Text || c.Stats == nil || c.Stats.Nulls > 0 || c.Stats.Distinct < max(2, t.Sampled)
	})
	if len(texts) == 1 {
		t.Label = texts
	}
}
