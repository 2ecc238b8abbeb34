package pairs

import (
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// word reads a key word.
func (r *reading) word(i int, word string) {
	l, next := r.top(), r.at(i+1)
	switch word {
	case "WITH":
		l.with = !l.selects
		if next.Is("RECURSIVE") {
			l.ctes["\x00recursive"] = true // no name holds a zero byte
		}
	case "SELECT":
		r.selects(l)
	case "TABLE", "VALUES":
		if !l.selects {
			r.selects(l)
			l.from, l.expects = word == "TABLE", word == "TABLE"
		}
	case "FROM":
		if l.selects && !r.at(i-1).Is("DISTINCT") {
			l.from, l.expects = true, true
		}
	case "JOIN":
		l.expects = l.from
	case "LEFT", "FULL", "RIGHT":
		l.left = l.left || !next.Is("(")
	case "WHERE", "HAVING":
		l.endFrom()
		if !l.anti && !next.Is("NOT") && !next.Is("EXISTS") || word == "HAVING" || next.Is("NOT") && !r.at(i+2).Is("EXISTS") {
			r.shape(events.ShapeFilter)
		}
	case "AND", "OR":
		if !l.anti && l.selects && !l.from && !next.Is("NOT") && !next.Is("EXISTS") {
			r.shape(events.ShapeFilter)
		}
	case "IS":
		if l.left && l.selects && !l.from && next.Is("NULL") {
			r.shape(events.ShapeAntiJoin)
		}
	case "UNION", "INTERSECT", "EXCEPT":
		r.shape(events.ShapeSetOperation)
		*l = level{branch: true, anti: l.anti, ctes: l.ctes}
	default:
		r.clause(i, word)
	}
}

func (r *reading) selects(l *level) {
	if len(r.levels) > 1 && !l.selects && !l.anti && !l.branch {
		r.shape(events.ShapeSubquery)
	}
	l.selects, l.with, l.from, l.expects, l.tables = true, false, false, false, 0
}

func (l *level) endFrom() { l.from, l.expects = false, false }

func (r *reading) clause(i int, word string) {
	l, next := r.top(), r.at(i+1)
	switch word {
	case "GROUP":
		if next.Is("BY") && l.selects {
			l.endFrom()
			r.shape(events.ShapeGroup)
		}
	case "ORDER":
		if next.Is("BY") && (l.selects || l.branch) {
			l.endFrom()
			l.ordered = true
		}
	case "LIMIT", "FETCH":
		l.endFrom()
		if l.ordered {
			r.shape(events.ShapeOrder)
		}
	case "OFFSET", "FOR", "WINDOW":
		l.endFrom()
	case "OVER":
		if _, named := next.Name(); named || next.Is("(") {
			r.shape(events.ShapeWindow)
		}
	case "FILTER":
		if next.Is("(") {
			r.shape(events.ShapeFilter)
		}
	default:
		if dated(word, next) {
			r.shape(events.ShapeDateArithmetic)
		}
	}
}

// dated says that a word is that of a function of dates, or one that stands for
// a date.
func dated(word string, next sqltext.Token) bool {
	functions := []string{"DATE_TRUNC", "DATE_PART", "EXTRACT", "AGE", "MAKE_DATE", "MAKE_INTERVAL", "DATE_BIN", "JUSTIFY_DAYS", "NOW"}
	switch word {
	case "CURRENT_DATE", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP":
		return true
	case "INTERVAL":
		return next.Kind == sqltext.String
	}
	return next.Is("(") && slices.Contains(functions, word)
}

// arithmetic reads a plus or a minus.
func (r *reading) arithmetic(i int) {
	for _, j := range []int{i - 1, i + 1} {
		// On the right of "a - t.b" the column is the last part of the name.
		for j > i && r.at(j+1).Is(".") {
			j += 2
		}
		if name, ok := r.at(j).Name(); ok {
			r.operands[name] = true
		}
	}
}
