package mask

import (
	"strings"
	"unicode"
)

// headline is what a name or the beginning of a comment says: its words, lower
// case and singular, and its text without spaces where that is Chinese. The
// words of a Chinese text are those after the last character.
func headline(text string) (words []string, chinese string) {
	if i := strings.IndexFunc(text, endsHeadline); i > 0 {
		text = text[:i]
	}
	if i := strings.LastIndexFunc(text, isHan); i >= 0 {
		compact := strings.TrimRightFunc(strings.Join(strings.Fields(text), ""), unicode.IsDigit)
		if strings.HasPrefix(compact, "是否") || strings.HasPrefix(compact, "有无") {
			return nil, ""
		}
		return splitWords(text[i+len("中"):]), strings.TrimRight(compact, "_")
	}
	for _, w := range []string{" of ", " for ", " in ", " where ", " used ", " which ", " that ", " to ", " when "} {
		text, _, _ = strings.Cut(text, w)
	}
	return splitWords(text), ""
}

func endsHeadline(r rune) bool { return strings.ContainsRune("，,。；;：:（(、/\n=|", r) }

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) && r <= 0xFFFF && r >= 0x3400 }

// splitWords cuts a name at punctuation and where the letter case says so, and
// leaves out numbers.
func splitWords(name string) []string {
	var words []string
	var word []rune
	flush := func() {
		if w := singular(strings.ToLower(string(word))); w != "" {
			words = append(words, w)
		}
		word = word[:0]
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			if r != '\'' {
				flush()
			}
			continue
		}
		if i > 0 && beginsWord(runes, i) {
			flush()
		}
		word = append(word, r)
	}
	flush()
	return words
}

// beginsWord says that a capital begins a word: after a small letter, or before
// one after capitals ("IPAddress").
func beginsWord(runes []rune, i int) bool {
	if !unicode.IsUpper(runes[i]) {
		return false
	}
	return unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

// singular drops digits at the end, a word that is nothing else, and the ending
// of a plural.
func singular(word string) string {
	if trimmed := strings.TrimRight(word, "0123456789"); trimmed == "" || len(trimmed) > 2 {
		word = trimmed
	}
	switch {
	case len(word) <= 3:
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "sses"):
		return strings.TrimSuffix(word, "es")
	case strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && !strings.HasSuffix(word, "is"):
		return strings.TrimSuffix(word, "s")
	}
	return word
}
