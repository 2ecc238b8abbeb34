package ask

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// query is a SELECT by clauses.
type query struct {
	with   string // "name AS (…)"
	cols   []string
	from   string
	joins  []string
	where  []string
	group  []string
	having string
	order  []string
	limit  int
	// then is a second query, joined by op: "INTERSECT", "EXCEPT". The order is
	// then that of the whole.
	op   string
	then *query
	// raw stands for all the rest.
	raw string
}

// String is the query on one line, without a semicolon.
func (q query) String() string {
	if q.raw != "" {
		return q.raw
	}
	var b strings.Builder
	part := func(head, sep string, items []string) {
		if len(items) > 0 {
			b.WriteString(head + strings.Join(items, sep))
		}
	}
	if q.with != "" {
		b.WriteString("WITH " + q.with + " ")
	}
	part("SELECT ", ", ", q.cols)
	b.WriteString(" FROM " + q.from)
	part(" ", " ", q.joins)
	part(" WHERE ", " AND ", q.where)
	part(" GROUP BY ", ", ", q.group)
	if q.having != "" {
		b.WriteString(" HAVING " + q.having)
	}
	if q.then != nil {
		b.WriteString(" " + q.op + " " + q.then.String())
	}
	part(" ORDER BY ", ", ", q.order)
	if q.limit > 0 {
		b.WriteString(" LIMIT " + strconv.Itoa(q.limit))
	}
	return b.String()
}

// probe is SQL that gives a row if the query does, and costs less; empty where
// a query of tables that have rows surely does.
func (q query) probe() string {
	grouped, whole := len(q.group) > 0, q.then != nil || q.having != ""
	switch {
	case q.raw != "", q.with != "", q.then == nil && len(q.joins) == 0 && len(q.where) == 0:
		return ""
	case !whole && !grouped && aggregates(q.cols):
		return "" // one row, whatever there is
	case !whole && !strings.HasPrefix(q.from, "("):
		return query{cols: []string{"1"}, from: q.from, joins: q.joins, where: q.where}.String()
	}
	return q.String()
}

// aggregates says that a query of these columns gives one row.
func aggregates(cols []string) bool {
	return slices.ContainsFunc([]string{"COUNT(", "SUM(", "MIN(", "MAX(", "AVG(", "ROUND(AVG(", "ROUND(100.0 * COUNT("}, func(head string) bool {
		return len(cols) > 0 && strings.HasPrefix(cols[0], head)
	})
}

// as names a result by a phrase: total_amount, 总金额.
func as(expr, phrase string) string {
	if name := alias(phrase); expr != name && !strings.HasSuffix(expr, "."+name) {
		return expr + " AS " + name
	}
	return expr
}

// maxAlias keeps names within PostgreSQL's 63 bytes.
const maxAlias = 57

// qualifier is what tells tables apart that are called alike, of which a result
// has no need; afterChinese is a joint that Chinese does without.
var (
	qualifier    = regexp.MustCompile(`（[^（）]*）| \([^()]*\)`)
	afterChinese = regexp.MustCompile(`(\p{Han})_`)
)

func alias(phrase string) string {
	fields := strings.FieldsFunc(strings.ToLower(qualifier.ReplaceAllString(phrase, "")), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	text := strings.Join(fields, "_")
	text = afterChinese.ReplaceAllString(text, "$1")
	for len(text) > maxAlias {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	if r, _ := utf8.DecodeRuneInString(text); text == "" || unicode.IsDigit(r) {
		text = "n" + text
	}
	if words.HasChinese(text) {
		return text // a letter to PostgreSQL is any character beyond ASCII
	}
	return catalog.Quote(text)
}

// number writes a threshold without an exponent.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func count(phrase string) string { return as("COUNT(*)", phrase) }

func percent(part, whole string) string {
	return fmt.Sprintf("ROUND(100.0 * %s / NULLIF(%s, 0), 2)", part, whole)
}
