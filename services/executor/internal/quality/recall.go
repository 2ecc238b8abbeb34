package quality

import (
	"cmp"
	"slices"
)

// depths are the k at which recall is measured, in order.
var depths = []int{1, 3, 5, 10}

// at5 is the recall that is told first.
func at5(r []Recall) Recall { return r[2] }

// within is the share of the ranks that are found at k.
func within(ranks []int, k int) float64 {
	n := 0
	for _, r := range ranks {
		if r > 0 && r <= k {
			n++
		}
	}
	return float64(n) / float64(len(ranks))
}

func pagesOf(a attempt) []int { return a.pages }
func ownOf(a attempt) []int   { return a.own }
func pairsOf(a attempt) []int { return a.pairs }

func recalls(attempts []attempt, of func(attempt) []int) []Recall {
	out := make([]Recall, len(depths))
	for i, k := range depths {
		var sum, complete float64
		for _, a := range attempts {
			found := within(of(a), k)
			sum += found
			if found == 1 {
				complete++
			}
		}
		out[i] = Recall{k, ratio(sum, len(attempts)), ratio(complete, len(attempts))}
	}
	return out
}

// byTheme groups by theme: those first whose questions find least among five,
// else in the order of their first questions.
func byTheme(attempts []attempt) []ThemeRecall {
	out, groups := []ThemeRecall{}, map[string][]attempt{}
	for _, a := range attempts {
		if groups[a.Theme] == nil {
			out = append(out, ThemeRecall{Theme: a.Theme})
		}
		groups[a.Theme] = append(groups[a.Theme], a)
	}
	for i, t := range out {
		out[i].Questions, out[i].Pages = len(groups[t.Theme]), recalls(groups[t.Theme], pagesOf)
	}
	slices.SortStableFunc(out, func(a, b ThemeRecall) int { return cmp.Compare(*at5(a.Pages).Recall, *at5(b.Pages).Recall) })
	return out
}

func worst(attempts []attempt) []Missed {
	deepest := depths[len(depths)-1]
	missed := []Missed{}
	for _, a := range attempts {
		entry := Missed{PairID: a.ID, Question: a.Question, Theme: a.Theme, Tables: a.Tables, Recall: *ratio(within(a.pages, deepest), 1)}
		for i, r := range a.pages {
			if r == 0 || r > deepest {
				entry.Missing = append(entry.Missing, a.Tables[i])
			}
		}
		if len(entry.Missing) > 0 {
			missed = append(missed, entry)
		}
	}
	slices.SortStableFunc(missed, func(a, b Missed) int { return cmp.Compare(a.Recall, b.Recall) })
	return missed[:min(maxListed, len(missed))]
}
