package words

import (
	"slices"
	"strings"
	"testing"
)

// The dictionary is kept by hand: sorted, each word once, and no phrase that
// its words say already.
func TestTheDictionaryIsTidy(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(dictionaryText, "\n"), "\n")
	if !slices.IsSorted(lines) || len(slices.Compact(lines)) != len(dictionary) {
		t.Error("the dictionary is not sorted, or has a word twice")
	}
	for _, line := range lines {
		english, chinese, ok := strings.Cut(line, "\t")
		if !ok || !HasChinese(chinese) && chinese != strings.ToUpper(chinese) || english != strings.ToLower(english) {
			t.Errorf("%q is no entry", line)
		}
		if strings.Contains(english, "+") || !strings.Contains(english, " ") {
			continue
		}
		delete(dictionary, english)
		if got := translate(strings.Split(english, " ")); got == chinese {
			t.Errorf("%s is %s without an entry", english, got)
		}
		dictionary[english] = chinese
	}
}
