package words

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"
)

// The dictionary has a line for each word, a tab between the English and the
// Chinese, and phrases that say other than their words do. A word may read
// otherwise after others, "+ no", and before others, "total +".
//
//go:embed dictionary.txt
var dictionaryText string

var dictionary = parseDictionary(dictionaryText)

func parseDictionary(text string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(text) {
		if english, chinese, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			m[english] = chinese
		}
	}
	return m
}

// known says whether a word is in the dictionary, or its singular is.
func known(word string) bool {
	return dictionary[word] != "" || dictionary[singularWord(word)] != "" || abbreviations[word] != ""
}

// translate puts words into Chinese if all are known, and otherwise leaves
// them as they are.
func translate(parts []string) string {
	if len(parts) == 1 && parts[0] == "id" {
		return "ID"
	}
	parts = chineseOrder(parts)
	var b strings.Builder
	for i := 0; i < len(parts); {
		chinese, taken := longest(parts, i)
		if taken == 0 {
			return acronyms(strings.Join(parts, " "))
		}
		b.WriteString(chinese)
		i += taken
	}
	return b.String()
}

// longest is the Chinese of the longest phrase of the words from the i-th on,
// and the number of words it takes: 0 if that word is unknown.
func longest(parts []string, i int) (string, int) {
	for n := min(maxPhrase, len(parts)-i); n > 0; n-- {
		phrase := strings.Join(parts[i:i+n], " ")
		bare := strings.TrimRight(phrase, "0123456789") // 地址2 of address2
		for _, p := range []string{bare, singular(bare), spellOut(bare), singular(spellOut(bare))} {
			if chinese := within(p, i > 0, i+n < len(parts)); chinese != "" {
				return chinese + phrase[len(bare):], n
			}
		}
	}
	if isNumber(parts[i]) || HasChinese(parts[i]) {
		return parts[i], 1
	}
	return "", 0
}

// maxPhrase is how many words of the dictionary's make a phrase.
const maxPhrase = 4

// within is the Chinese of a phrase with words before or after it.
func within(phrase string, after, before bool) string {
	var first, last string
	if before {
		first = dictionary[phrase+" +"]
	}
	if after {
		last = dictionary["+ "+phrase]
	}
	return cmp.Or(first, last, dictionary[phrase])
}

// chineseOrder puts what a thing is of before it, a count behind what it
// counts, and a measure before what it measures: "birth date" for "date of
// birth", "room count" for "num room", 每 "night price" for "price per night".
func chineseOrder(parts []string) []string {
	of, per, last := slices.Index(parts, "of"), slices.Index(parts, "per"), len(parts)-1
	switch {
	case last < 1 || dictionary[strings.Join(parts, " ")] != "":
		return parts
	case of == 1 && of < last && counting[parts[0]]:
		return append(slices.Clone(parts[2:]), "count")
	case parts[0] == "num" || parts[0] == "count":
		return append(slices.Clone(parts[1:]), "count")
	case of > 0 && of < last:
		return slices.Concat(parts[of+1:], parts[:of])
	case per > 0 && per < last:
		return slices.Concat([]string{"每"}, parts[per+1:], parts[:per])
	}
	return parts
}

var counting = set("no num number")

func isNumber(word string) bool {
	return strings.IndexFunc(word, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
