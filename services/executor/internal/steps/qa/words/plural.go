package words

import "strings"

// uncountable words have no plural; a row is a record of what they mean.
var uncountable = set(`data metadata information info feedback history inventory stock traffic weather music software hardware
	revenue money freight equipment attendance payroll maintenance depreciation goods`)

func countable(phrase string) string {
	switch last := phrase[strings.LastIndexByte(phrase, ' ')+1:]; {
	case uncountable[last], nameless(last):
		return phrase + " record"
	case last == "list":
		return phrase + " entry"
	case last == "staff":
		return phrase + " member"
	}
	return phrase
}

// nameless words, such as "2" and "u", say nothing and take no plural.
func nameless(word string) bool {
	return len(word) == 1 || word != "" && word[len(word)-1] >= '0' && word[len(word)-1] <= '9'
}

// Several says whether a phrase is in the plural: "parking spaces", "units in
// stock".
func Several(phrase string) bool {
	for _, joint := range joints {
		phrase, _, _ = strings.Cut(phrase, joint)
	}
	last := phrase[strings.LastIndexByte(phrase, ' ')+1:]
	return singularWord(last) != last
}

// Plural is the plural of a column's term, that of its last word: "prices", or
// "line 2 values".
func Plural(term string) string {
	if nameless(term[strings.LastIndexByte(term, ' ')+1:]) {
		return term + " values"
	}
	return plural(term)
}

// plural puts the word before "of" and the like into the plural, else the last:
// "titles of courtesy".
func plural(phrase string) string {
	for _, joint := range joints {
		if head, rest, ok := strings.Cut(phrase, joint); ok && head != "" {
			if Several(phrase) {
				return phrase
			}
			return lastWord(head, pluralWord) + joint + rest
		}
	}
	return lastWord(phrase, pluralWord)
}

// joints stand between the thing and what is said of it.
var joints = []string{" in ", " on ", " of ", " per ", " by ", " for "}

func singular(phrase string) string {
	for _, joint := range joints {
		if head, rest, ok := strings.Cut(phrase, joint); ok && head != "" {
			return lastWord(head, singularWord) + joint + rest
		}
	}
	return lastWord(phrase, singularWord)
}

func lastWord(phrase string, change func(string) string) string {
	i := strings.LastIndexByte(phrase, ' ') + 1
	return phrase[:i] + change(phrase[i:])
}

func pluralWord(word string) string {
	if many, ok := irregular[word]; ok {
		return many
	}
	if word == "" || HasChinese(word) || invariant[word] || regular[word] != "" {
		return word
	}
	switch last := word[len(word)-1]; {
	case hasAnySuffix(word, "s", "x", "z", "ch", "sh"):
		return word + "es"
	case last == 'y' && len(word) > 1 && !strings.ContainsRune("aeiou", rune(word[len(word)-2])):
		return word[:len(word)-1] + "ies"
	}
	return word + "s"
}

func singularWord(word string) string {
	if one, ok := regular[word]; ok && !invariant[word] {
		return one
	}
	switch {
	case invariant[word], irregular[word] != "", len(word) < 4, hasAnySuffix(word, "ss", "us", "is"):
		return word
	case strings.HasSuffix(word, "ies"):
		return singularIes(word)
	case hasAnySuffix(word, "sses", "shes", "ches", "xes", "zzes"):
		return word[:len(word)-2]
	}
	return strings.TrimSuffix(word, "s")
}

// singularIes knows the few words on -ie, such as movie.
func singularIes(word string) string {
	if hasAnySuffix(word, "movies", "cookies", "ties") && len(word) < 8 && !hasAnySuffix(word, "ities", "nties") {
		return word[:len(word)-1]
	}
	return word[:len(word)-3] + "y"
}

func hasAnySuffix(word string, suffixes ...string) bool {
	for _, s := range suffixes {
		if strings.HasSuffix(word, s) {
			return true
		}
	}
	return false
}
