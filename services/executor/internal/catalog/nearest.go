package catalog

import (
	"cmp"
	"slices"
	"strings"
)

const (
	maxSuggested   = 20 // faults that get suggestions
	maxSuggestions = 3
)

// suggest names, for tables that were not found, those most like them.
func suggest(faults []Fault, relations []Relation) {
	for i := range faults[:min(len(faults), maxSuggested)] {
		if f := &faults[i]; f.Type == TableNotFound {
			f.Near = nearest(f.Entry, relations)
		}
	}
}

// nearest are up to three names at the least edit distance from an entry,
// among those not further away than a quarter of its length.
func nearest(entry string, relations []Relation) []string {
	type candidate struct {
		name     string
		distance int
	}
	wanted := []rune(strings.ToLower(strings.ReplaceAll(entry, `"`, "")))
	limit := max(2, len(wanted)/4)
	var found []candidate
	seen := map[string]bool{}
	for _, r := range relations {
		compared, shown := likeness(entry, r.Name)
		if d := distance(wanted, []rune(strings.ToLower(compared)), limit); d <= limit && !seen[shown] {
			seen[shown] = true
			found = append(found, candidate{shown, d})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var names []string
	for _, c := range found[:min(len(found), maxSuggestions)] {
		names = append(names, c.name)
	}
	return names
}

// likeness is what of a name an entry is compared with, and what to suggest.
func likeness(entry string, n Name) (compared, shown string) {
	switch {
	case strings.HasSuffix(entry, ".*"):
		return n.Schema + ".*", plain(n.Schema) + ".*"
	case strings.Contains(entry, "."):
		return n.Schema + "." + n.Name, n.String()
	}
	return n.Name, n.String()
}

// distance is the Levenshtein distance of a and b, or limit+1 if it is more
// than limit.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal, best := row[0], i+1
		row[0] = i + 1
		for j, y := range b {
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
			best = min(best, row[j+1])
		}
		if best > limit {
			return limit + 1
		}
	}
	return row[len(b)]
}
