package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Split takes an identifier apart into lower-case words, at underscores,
// other punctuation and changes of case; long runs of small letters also
// between words that are known. A name of signs alone is one word.
func Split(name string) []string {
	var parts []string
	for _, field := range strings.FieldsFunc(name, separates) {
		for _, word := range splitCase(field) {
			parts = append(parts, splitKnown(strings.ToLower(word))...)
		}
	}
	if len(parts) == 0 {
		return []string{name} // of signs alone
	}
	return parts
}

func separates(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// splitCase cuts "orderLine", "OrderLine" and "HTTPCode" before each word.
func splitCase(field string) []string {
	runes := []rune(field)
	var out []string
	start := 0
	for i := 1; i < len(runes); i++ {
		rises := unicode.IsUpper(runes[i]) && !unicode.IsUpper(runes[i-1])
		ends := i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsUpper(runes[i]) && unicode.IsLower(runes[i+1])
		if rises || ends {
			out, start = append(out, string(runes[start:i])), i
		}
	}
	return append(out, string(runes[start:]))
}

// maxName is the length of PostgreSQL's names in bytes. Longer words stay whole,
// since there are too many ways of cutting them.
const maxName = 63

// splitKnown cuts "orderdate" if it is made of known words alone.
func splitKnown(word string) []string {
	if known(word) || len(word) > maxName {
		return []string{word}
	}
	for _, ending := range []string{"id", "no"} {
		if head, ok := strings.CutSuffix(word, ending); ok && len(head) > 2 && known(head) {
			return []string{head, ending}
		}
	}
	for cut := len(word) - 3; cut >= 3; cut-- {
		if !utf8.RuneStart(word[cut]) || !known(word[:cut]) {
			continue
		}
		if known(word[cut:]) {
			return []string{word[:cut], word[cut:]}
		}
		if rest := splitKnown(word[cut:]); len(rest) > 1 {
			return append([]string{word[:cut]}, rest...)
		}
	}
	return []string{word}
}

func dropPrefix(parts []string, prefixes map[string]bool) []string {
	for len(parts) > 1 && prefixes[parts[0]] {
		parts = parts[1:]
	}
	return parts
}
