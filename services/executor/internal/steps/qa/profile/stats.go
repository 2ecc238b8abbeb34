package profile

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// topValues bounds the values remembered of a column.
const topValues = 12

// Stats say what a sample shows of a column.
type Stats struct {
	Rows, Nulls int
	Distinct    int
	// Longest is the longest value's number of characters, up to maxValue + 1.
	Longest int
	// Top are the most frequent values as the server writes them, most
	// frequent first, ties by value.
	Top []Value
	// Counts are how often each value occurs, largest first.
	Counts []int
	// Low, Median, Upper and High are the least, the middle, the third quartile
	// and the greatest of numbers.
	Low, Median, Upper, High float64
	// First and Last are the earliest and latest of dates; Busy is the latest
	// year with a fifth of them.
	First, Last time.Time
	Busy        int
	// DateForm is the form that all values have, if they are dates written as
	// text or as a number; First, Last and Busy are set then.
	DateForm string
	// Private says that values are somebody's telephone number, mail address or
	// the like, by the column's name or by what they look like. Of masked ones
	// there are only counts here.
	Private bool
}

// Value is a value and how often it occurred in the sample.
type Value struct {
	Text  string
	Count int
}

func summarize(category catalog.Category, rows int, counts map[string]int, judge *mask.Judge) *Stats {
	s := &Stats{Rows: rows, Nulls: rows, Distinct: len(counts)}
	for text, n := range counts {
		s.Nulls -= n
		s.Top = append(s.Top, Value{text, n})
		s.Counts = append(s.Counts, n)
		s.Longest = max(s.Longest, utf8.RuneCountInString(text))
	}
	slices.SortFunc(s.Top, func(a, b Value) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Text, b.Text)) })
	slices.SortFunc(s.Counts, func(a, b int) int { return b - a })
	s.DateForm = dateForm(category, s.Top)
	switch category {
	case catalog.Integer, catalog.Decimal:
		s.numbers(rows - s.Nulls)
	case catalog.Date, catalog.Timestamp:
		s.dates(rows-s.Nulls, time.DateOnly)
	case catalog.Text:
		s.Private = slices.ContainsFunc(s.Top[:min(50, len(s.Top))], func(v Value) bool { return private.MatchString(v.Text) })
	}
	if s.DateForm != "" {
		s.dates(rows-s.Nulls, dateForms[s.DateForm])
	}
	s.conceal(judge)
	return s
}

// conceal leaves only counts of a personal column, and of another one the most
// frequent values, but none in which something is masked or that was cut.
func (s *Stats) conceal(judge *mask.Judge) {
	if judge.Kind() != "" {
		*s = Stats{Rows: s.Rows, Nulls: s.Nulls, Distinct: s.Distinct, Longest: s.Longest, Counts: s.Counts, Private: true}
		return
	}
	var open []Value
	for _, v := range s.Top {
		if len(open) == topValues {
			break
		}
		if _, masked := judge.Mask(v.Text); !masked && utf8.RuneCountInString(v.Text) <= maxValue {
			open = append(open, v)
		}
	}
	s.Top = open
}

// private is what mail addresses, telephone and identity numbers, and long
// tokens look like.
var private = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$|^\+?[\d][\d\-() ]{9,18}[\dXx]$|^[0-9a-fA-F]{32,}$|^(postgres|https?)://`)

// binary says that there are the numbers 0 and 1, and no others.
func (s *Stats) binary() bool {
	return s.Distinct == 2 && s.Low == 0 && s.High == 1
}

func (s *Stats) numbers(n int) {
	all := make([]float64, 0, n)
	for _, v := range s.Top {
		if f, err := strconv.ParseFloat(v.Text, 64); err == nil {
			all = append(all, slices.Repeat([]float64{f}, v.Count)...)
		}
	}
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	last := len(all) - 1
	s.Low, s.Median, s.Upper, s.High = all[0], all[last/2], all[last*3/4], all[last]
}
