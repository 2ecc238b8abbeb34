package pairs

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// ID names a pair by its content: "p_" and 16 hexadecimal digits, the same for
// all pairs whose normal forms are the same.
func ID(question, sql string) string {
	sum := sha256.Sum256([]byte(NormalQuestion(question) + "\x00" + NormalSQL(sql)))
	return "p_" + hex.EncodeToString(sum[:8])
}

// NormalQuestion is a question in the form in which questions that differ in
// case, width, spaces and punctuation alone are equal: letters, digits, symbols
// such as "<", and the points within numbers, in lower case. A question of
// punctuation alone stays as it is.
func NormalQuestion(question string) string {
	runes := []rune(strings.ToValidUTF8(question, "\ufffd"))
	var b strings.Builder
	for i, r := range runes {
		r = narrow(r)
		within := i > 0 && i+1 < len(runes) && unicode.IsDigit(narrow(runes[i-1])) && unicode.IsDigit(narrow(runes[i+1]))
		if unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.S) || within && strings.ContainsRune(".-:/", r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if b.Len() == 0 {
		return strings.TrimSpace(question)
	}
	return b.String()
}

// narrow is the ASCII form of a full-width character.
func narrow(r rune) rune {
	if '！' <= r && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// NormalSQL is a statement in the form in which statements are equal that
// differ in white space, comments, the case of key words and unquoted names,
// needless quotes around names, <> or !=, and semicolons at the end. Text with a quote or
// a comment that is not closed is only trimmed.
func NormalSQL(sql string) string {
	tokens, closed := sqltext.Scan(sql)
	if !closed {
		return strings.TrimSpace(sql)
	}
	var words []string
	gap := false
	for _, t := range withoutEnd(tokens) {
		last := len(words) - 1
		switch text := normalToken(t); {
		case t.Blank():
			gap = true
			continue
		case t.Kind == sqltext.String && !gap && last >= 0: // behind its prefix: E'…'
			words[last] += text
		case text == "=" && last >= 0 && words[last] == "!":
			words[last] = "<"
			words = append(words, ">")
		default:
			words = append(words, text)
		}
		gap = false
	}
	return strings.Join(words, " ")
}

func normalToken(t sqltext.Token) string {
	name, ok := t.Name()
	switch {
	case ok && t.Kind == sqltext.Word:
		return name
	case ok:
		return catalog.Quote(name)
	}
	return t.Text
}

// withoutEnd drops the blanks and semicolons that tokens end with.
func withoutEnd(tokens []sqltext.Token) []sqltext.Token {
	n := len(tokens)
	for n > 0 && (tokens[n-1].Blank() || tokens[n-1].Is(";")) {
		n--
	}
	return tokens[:n]
}
