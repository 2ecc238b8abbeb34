package sqltext

import "strings"

// OneLine puts a statement on one line and ends it with a semicolon, so far as
// that cannot change what it means: line breaks stay within literals and quoted
// names, and between strings that continue each other. Line comments and
// comments at the end are left out. Text that is not closed, or that would
// read differently without standard_conforming_strings, is only trimmed.
func OneLine(sql string) string {
	tokens, closed := Scan(sql)
	if !closed {
		return strings.TrimSpace(sql)
	}
	tokens = trimEnd(tokens)
	if len(tokens) == 0 {
		return ""
	}
	if ambiguous(tokens) {
		return strings.TrimSpace(Join(tokens)) + ";"
	}
	var b strings.Builder
	for i := 0; i < len(tokens); i++ {
		switch t := tokens[i]; t.Kind {
		case Space, LineComment:
			i = lastOfGap(tokens, i)
			b.WriteString(gap(tokens, i))
		case BlockComment:
			b.WriteString(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(t.Text))
		default:
			b.WriteString(t.Text)
		}
	}
	return strings.TrimLeft(b.String(), " ") + ";"
}

// trimEnd drops the comments, white space and semicolons that tokens end with.
func trimEnd(tokens []Token) []Token {
	n := len(tokens)
	for n > 0 && (tokens[n-1].Blank() || tokens[n-1].Is(";")) {
		n--
	}
	return tokens[:n]
}

// lastOfGap is the last of the white space and line comments from i on.
func lastOfGap(tokens []Token, i int) int {
	for i+1 < len(tokens) && (tokens[i+1].Kind == Space || tokens[i+1].Kind == LineComment) {
		i++
	}
	return i
}

// gap is what stands for the white space that ends at i.
func gap(tokens []Token, i int) string {
	if i+1 < len(tokens) && tokens[i+1].Kind == String && Continues(tokens[:i+1]) {
		return "\n"
	}
	return " "
}

// ambiguous reports whether a backslash stands before a quote that ends a plain
// string: where backslashes escape, the string would go on.
func ambiguous(tokens []Token) bool {
	for i, t := range tokens {
		escapes := i > 0 && tokens[i-1].Is("E")
		if t.Kind == String && !escapes && strings.Contains(t.Text, `\'`) {
			return true
		}
	}
	return false
}
