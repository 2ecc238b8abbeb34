// Package sqltext splits SQL into the tokens of PostgreSQL's scanner, for work
// on the text of a statement: putting it on one line, replacing a name. It
// decides nothing about safety; the server is the judge of what a text means.
//
// The rules are those of src/backend/parser/scan.l with
// standard_conforming_strings on, as it is unless someone turned it off.
package sqltext

import "strings"

// Kind is the kind of a Token.
type Kind int

// The kinds of tokens. Every operator and separator is a Punct of one byte.
const (
	Space        Kind = iota // white space
	LineComment              // -- to the end of the line, which is not in it
	BlockComment             // /* … */, nested ones included
	Word                     // a key word or a name without quotes
	Quoted                   // a name in double quotes
	String                   // '…' without its prefix, which is a Word
	Dollar                   // $tag$…$tag$
	Number
	Punct
	Open // a quote or comment that is not closed, and all behind it
)

// Token is a piece of SQL. Pos is its offset in bytes.
type Token struct {
	Kind Kind
	Text string
	Pos  int
}

// Blank reports whether the token is white space or a comment.
func (t Token) Blank() bool { return t.Kind <= BlockComment }

// Is reports whether t is the key word, given in upper case, or the separator.
func (t Token) Is(s string) bool {
	return (t.Kind == Word || t.Kind == Punct) && strings.EqualFold(t.Text, s)
}

// Name is the identifier that a Word or Quoted token stands for, as the server
// folds it, and false for any other token.
func (t Token) Name() (string, bool) {
	switch t.Kind {
	case Word:
		return foldASCII(t.Text), true
	case Quoted:
		return strings.ReplaceAll(t.Text[1:len(t.Text)-1], `""`, `"`), true
	}
	return "", false
}

func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// Join is the text of the tokens. Join(Scan(sql)) is sql.
func Join(tokens []Token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.Text)
	}
	return b.String()
}
