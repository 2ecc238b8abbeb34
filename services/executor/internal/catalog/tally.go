package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/citu/datapipeline/services/executor/internal/mask"
)

const (
	maxShownRunes = 60
	maxValueRunes = 40 // of a value of an enumeration
	minRepetition = 5  // rows per value of an enumeration, on average
)

// tally counts the values of a column.
type tally struct {
	judge  *mask.Judge
	rows   int
	counts map[string]int // up to MaxValues+1 values
	order  []string       // as met
	secret bool
}

func (t *tally) add(raw []byte) {
	if len(raw) == 0 {
		return
	}
	t.rows++
	if len(raw) >= maxReadBytes {
		raw = []byte(mask.Cut(string(raw), maxReadBytes))
	}
	t.judge.See(raw)
	if _, known := t.counts[string(raw)]; !known {
		if t.secret || len(t.counts) > MaxValues {
			return
		}
		if looksSecret(raw) {
			*t = tally{judge: t.judge, secret: true}
			return
		}
		if t.counts == nil {
			t.counts = map[string]int{}
		}
		t.order = append(t.order, string(raw))
	}
	t.counts[string(raw)]++
}

// sample shows values as the judge lets them be seen. Those that are masked are
// no values of an enumeration.
func (t *tally) sample(mayEnumerate bool) Sample {
	if t.secret {
		return Sample{}
	}
	mayEnumerate = mayEnumerate && t.enumerates()
	var s Sample
	for _, value := range t.order {
		if !mayEnumerate && len(s.Examples) == MaxExamples {
			break
		}
		masked, changed := t.judge.Mask(value)
		if changed {
			delete(t.counts, value)
		}
		if shown := show(masked); shown != "" && len(s.Examples) < MaxExamples && !slices.Contains(s.Examples, shown) {
			s.Examples = append(s.Examples, shown)
		}
	}
	if mayEnumerate && len(t.counts) > 0 {
		s.Values = slices.SortedFunc(maps.Keys(t.counts), func(a, b string) int {
			return cmp.Or(cmp.Compare(t.counts[b], t.counts[a]), strings.Compare(a, b))
		})
	}
	return s
}

// enumerates says whether the values look like those of an enumeration: two to
// ten short ones that repeat.
func (t *tally) enumerates() bool {
	if len(t.counts) < 2 || len(t.counts) > MaxValues || t.rows < minRepetition*len(t.counts) {
		return false
	}
	return !slices.ContainsFunc(t.order, func(value string) bool {
		return len([]rune(value)) > maxValueRunes || show(value) != value
	})
}

// show returns a value as documents hold it: valid text on one line, cut.
func show(value string) string {
	value = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(value, "�"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if runes := []rune(value); len(runes) > maxShownRunes {
		return string(runes[:maxShownRunes]) + "…"
	}
	return value
}
