// Package words makes of the names and comments of tables and columns what
// people call them, in Chinese and in English.
package words

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
)

// Term is what one thing of a kind and several of them are called.
type Term struct {
	One  string // "order detail", "订单明细"
	Many string // "order details", "订单明细"
	// Classifier is the Chinese measure word: "条". Empty in English.
	Classifier string
}

// Table names a row of a table. prefixes are leading words of the name that
// say nothing, such as those that all tables share.
func Table(name, comment string, prefixes map[string]bool, language events.Language) Term {
	parts := once(summary(dropPrefix(Split(name), prefixes)))
	if language == events.English {
		one := countable(singular(spellOut(strings.Join(parts, " "))))
		return Term{One: acronyms(one), Many: acronyms(plural(one))}
	}
	text := tableComment(comment)
	if text == "" && HasChinese(name) {
		text = tableComment(name)
	}
	if text == "" {
		text = recorded(translate(strings.Split(singular(strings.Join(parts, " ")), " ")))
		if len(parts) > 1 && parts[len(parts)-1] == "list" && HasChinese(text) {
			text += "记录" // a row is no list
		}
	}
	return Term{One: text, Many: text, Classifier: classifier(text)}
}

// Column names a column, and the unit of its numbers if name or comment say
// it. A comment in the language wins over the name in Chinese, where names
// seldom are words; in English names are.
func Column(name, comment string, language events.Language) (term, unit string) {
	parts := Split(name)
	if m := measures[strings.Join(parts, " ")]; m.en != "" && columnComment(comment) == "" {
		return language.Pick(m.zh, m.en), language.Pick(m.zhUnit, m.enUnit)
	}
	if unit = unitEnding(parts, language); unit != "" {
		parts = parts[:len(parts)-1]
	}
	if language == events.English {
		return acronyms(spellOut(strings.Join(plainEnding(parts), " "))), unit
	}
	if inComment := unitOf(comment); inComment != "" {
		unit = inComment
	}
	if text := columnComment(comment); text != "" {
		return text, unit
	}
	if term = translate(chineseEnding(parts)); term == "区域" && unit != "" {
		term = "面积"
	}
	return term, unit
}

// Phrase is what the words of an identifier say.
func Phrase(name string, language events.Language) string {
	parts := Split(name)
	if language == events.English {
		return spellOut(strings.Join(parts, " "))
	}
	return translate(parts)
}

// Reference names what a foreign key's column points at: "customer" for
// customer_id, "客户" for 客户编号. Empty where the column says nothing.
func Reference(name, comment string, language events.Language) string {
	parts := Split(name)
	for len(parts) > 0 && identifying[parts[len(parts)-1]] {
		parts = parts[:len(parts)-1]
	}
	if language == events.English || len(parts) == 0 {
		return acronyms(spellOut(strings.Join(parts, " ")))
	}
	if text := columnComment(comment); text != "" {
		return trimAny(text, "唯一标识", "主键", "外键", "编号", "编码", "代码", "标识", "ID", "Id", "id", "号")
	}
	return translate(parts)
}

// summary turns "sales by store" round, since a row of such a view is of a
// store: "store sales summary".
func summary(parts []string) []string {
	i := slices.Index(parts, "by")
	if i <= 0 || i == len(parts)-1 {
		return parts
	}
	return slices.Concat(parts[i+1:], parts[:i], []string{"summary"})
}

// once leaves out words that stand twice: "customer demo" of
// customer_customer_demo.
func once(parts []string) []string {
	return slices.CompactFunc(parts, func(a, b string) bool { return a == b && !nameless(a) })
}

var identifying = set("id ids key fk uuid guid code no num number ref")

func set(text string) map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		m[word] = true
	}
	return m
}

func trimAny(text string, suffixes ...string) string {
	for again := true; again; {
		again = false
		for _, suffix := range suffixes {
			if rest, ok := strings.CutSuffix(text, suffix); ok && rest != "" {
				text, again = rest, true
			}
		}
	}
	return text
}
