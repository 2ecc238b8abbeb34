package sqltext

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Scan splits sql into tokens that together are sql. It reports false when a
// quote or a comment is not closed; the last token is Open then. It takes time
// in proportion to the length.
func Scan(sql string) ([]Token, bool) {
	s := scanner{sql: sql}
	for s.pos < len(sql) {
		start := s.pos
		kind, closed := s.next()
		if !closed {
			return append(s.tokens, Token{Open, sql[start:], start}), false
		}
		s.tokens = append(s.tokens, Token{kind, sql[start:s.pos], start})
	}
	return s.tokens, true
}

type scanner struct {
	sql    string
	pos    int
	tokens []Token
	// escapes says whether a backslash escaped in the last string, which holds
	// for the strings that continue it.
	escapes bool
}

// next moves pos behind the next token.
func (s *scanner) next() (kind Kind, closed bool) {
	rest := s.sql[s.pos:]
	switch c := rest[0]; {
	case isSpace(c):
		return Space, s.while(isSpace)
	case strings.HasPrefix(rest, "--"):
		return LineComment, s.while(func(c byte) bool { return c != '\n' && c != '\r' })
	case strings.HasPrefix(rest, "/*"):
		return BlockComment, s.blockComment()
	case isIdentStart(c):
		return Word, s.while(isIdent)
	case isDigit(c):
		return Number, s.while(func(c byte) bool { return isDigit(c) || c == '.' || c == '_' || isLetter(c) })
	case c == '"':
		return Quoted, s.quoted('"', false)
	case c == '\'':
		s.escapes = s.escapeString()
		return String, s.quoted('\'', s.escapes)
	case c == '$' && dollarTag(rest) != "":
		return Dollar, s.dollar(dollarTag(rest))
	}
	s.pos++
	return Punct, true
}

func (s *scanner) while(in func(byte) bool) bool {
	for s.pos < len(s.sql) && in(s.sql[s.pos]) {
		s.pos++
	}
	return true
}

func (s *scanner) blockComment() bool {
	depth := 0
	for s.pos < len(s.sql) {
		switch rest := s.sql[s.pos:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			s.pos += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			s.pos += 2
			if depth == 0 {
				return true
			}
		default:
			s.pos++
		}
	}
	return false
}

// quoted reads to the closing quote; two quotes are one in the text.
func (s *scanner) quoted(quote byte, escapes bool) bool {
	for s.pos++; s.pos < len(s.sql); s.pos++ {
		switch c := s.sql[s.pos]; {
		case c == '\\' && escapes:
			s.pos++
		case c == quote && s.pos+1 < len(s.sql) && s.sql[s.pos+1] == quote:
			s.pos++
		case c == quote:
			s.pos++
			return true
		}
	}
	s.pos = len(s.sql)
	return false
}

// escapeString reports whether the string that begins here is of the form
// E'…', or continues one.
func (s *scanner) escapeString() bool {
	if n := len(s.tokens); n > 0 && s.tokens[n-1].Kind == Word {
		return strings.EqualFold(s.tokens[n-1].Text, "e")
	}
	return s.escapes && Continues(s.tokens)
}

// Continues reports whether a string after these tokens is a continuation of
// the one they end with: white space with a line break between two strings
// makes them one, line comments count as white space.
func Continues(before []Token) bool {
	breaks := false
	for _, t := range slices.Backward(before) {
		switch t.Kind {
		case Space:
			breaks = breaks || strings.ContainsAny(t.Text, "\r\n")
		case LineComment:
		default:
			return breaks && t.Kind == String
		}
	}
	return false
}

func (s *scanner) dollar(tag string) bool {
	body := s.pos + len(tag)
	end := strings.Index(s.sql[body:], tag)
	if end < 0 {
		s.pos = len(s.sql)
		return false
	}
	s.pos = body + end + len(tag)
	return true
}

// dollarTag is the opening of a dollar-quoted string that s begins with, or "".
func dollarTag(s string) string {
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '$':
			return s[:i+1]
		case isIdentStart(c), i > 1 && isDigit(c):
		default:
			return ""
		}
	}
	return ""
}

func isSpace(c byte) bool  { return c == ' ' || '\t' <= c && c <= '\r' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isIdentStart(c byte) bool { return isLetter(c) || c == '_' || c >= utf8.RuneSelf }
func isIdent(c byte) bool      { return isIdentStart(c) || isDigit(c) || c == '$' }
