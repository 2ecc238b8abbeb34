package ddl

import (
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// terms are what the names of tables and columns say in Chinese, by the words
// that questions are made of: whoever asks for 客户 finds the table customer.
// There are none in English, where names speak for themselves.
func terms(lang events.Language, schema *catalog.Schema) *profile.Database {
	if lang == events.English {
		return nil
	}
	return profile.Describe(schema, lang)
}

// tableTerm is what a table is called where its comment does not say; "" where
// the name does not either.
func (b *book) tableTerm(t *catalog.Table) string {
	if b.terms == nil || words.HasChinese(t.Comment) {
		return ""
	}
	named := b.terms.Table(t.FullName())
	if named == nil || !words.HasChinese(named.One) {
		return ""
	}
	return oneLine(named.One)
}

// worded is a table in which columns without a Chinese comment begin with what
// they are called.
func (b *book) worded(t *catalog.Table) *catalog.Table {
	if b.terms == nil {
		return t
	}
	named := b.terms.Table(t.FullName())
	if named == nil {
		return t
	}
	worded := *t
	worded.Columns = slices.Clone(t.Columns)
	for i := range worded.Columns {
		c := &worded.Columns[i]
		column := named.Find(c.Name)
		if column == nil || words.HasChinese(c.Comment) || !words.HasChinese(column.Term) || column.Term == c.Name {
			continue
		}
		if c.Comment = oneLine(c.Comment); c.Comment == "" {
			c.Comment = oneLine(column.Term)
		} else {
			c.Comment = oneLine(column.Term) + "：" + c.Comment
		}
	}
	return &worded
}
