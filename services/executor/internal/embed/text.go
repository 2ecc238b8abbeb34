package embed

import (
	"strings"
	"unicode"
)

// runs splits text. Words that only punctuation parts stand in one run, so that
// they can form pairs; common Chinese phrases part ideographs.
func runs(text string) []run {
	var out []run
	var words []string
	tokens := strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, token := range tokens {
		for _, piece := range byWriting(token) {
			if ideographic(piece[0]) {
				out = append(out, run{ideographs: piece})
			} else {
				words = append(words, string(piece))
			}
		}
	}
	return append(out, run{words: words})
}

// byWriting splits a token where ideographs meet letters or digits.
func byWriting(token string) (pieces [][]rune) {
	var piece []rune
	for _, r := range token {
		if len(piece) > 0 && ideographic(piece[0]) != ideographic(r) {
			pieces, piece = append(pieces, piece), nil
		}
		piece = append(piece, r)
	}
	return append(pieces, piece)
}

func ideographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// fold makes letters small and full-width forms ordinary, and drops what says
// little in a question.
func fold(text string) string {
	narrow := func(r rune) rune {
		const first, last, shift = '！', '～', '！' - '!'
		if first <= r && r <= last {
			r -= shift
		}
		return unicode.ToLower(r)
	}
	return commonPhrases.Replace(strings.Map(narrow, text))
}

var commonPhrases = strings.NewReplacer(
	"请问", " ", "查询", " ", "统计", " ", "列出", " ", "显示", " ", "有多少", " ", "是多少", " ",
	"多少", " ", "哪些", " ", "哪个", " ", "什么", " ", "的", " ", "了", " ", "吗", " ", "是", " ",
)

var commonWords = func() map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(`a an the of in on at by for from to with and or is are was were be
		do does did has have had how many much what which who when where show list give get me all each per
		select as join left inner where group order limit count sum avg asc desc null not`) {
		set[w] = true
	}
	return set
}()
