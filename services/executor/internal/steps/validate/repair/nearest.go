package repair

import "strings"

// search keeps the nearest of what it is offered, so long as it is the only one.
type search[T any] struct {
	limit, distance int
	item            T
	any, tied       bool
}

func (s *search[T]) offer(item T, distance int) {
	switch {
	case distance > s.limit || s.any && distance > s.distance:
	case s.any && distance == s.distance:
		s.tied = true
	default:
		s.item, s.distance, s.any, s.tied = item, distance, true, false
	}
}

// found is the nearest, or the zero value where there is none or more than one.
func (s *search[T]) found() (item T) {
	if s.any && !s.tied {
		return s.item
	}
	return item
}

// tolerance is the greatest distance at which a name still is taken for
// another, in half letters: they leave room for a preference between equals.
func tolerance(name string) int { return 2*min(1+len([]rune(name))/5, 3) + 1 }

// similarity is the number of letters to insert, remove or replace between two
// names, without regard to case and underscores. It is 1 for a name that the
// other holds as whole words: booking and demo_booking.
func similarity(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	d := distance([]rune(strings.ReplaceAll(a, "_", "")), []rune(strings.ReplaceAll(b, "_", "")))
	if d > 1 && (holdsWords(a, b) || holdsWords(b, a)) {
		return 1
	}
	return d
}

func holdsWords(long, short string) bool {
	return len(short) >= 3 && strings.Contains("_"+long+"_", "_"+short+"_")
}

// distance is the Levenshtein distance.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
