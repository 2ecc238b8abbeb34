package mask

import (
	"strings"
	"unicode/utf8"
)

// Cut drops the last word of a value that was read in part only, limit
// characters of it, since the part may no longer show what it is of.
func Cut(value string, limit int) string {
	if utf8.RuneCountInString(value) < limit {
		return value
	}
	return strings.TrimRight(strings.TrimRightFunc(value, partOfToken), "0123456789 ()+-")
}

// partOfToken says that a character may stand within a number, an address or a
// key.
func partOfToken(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("@._+-/=:%", r)
}
