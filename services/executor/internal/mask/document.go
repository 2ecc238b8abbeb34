package mask

import (
	"encoding/json"
	"strings"
)

// document masks values of JSON, or of an array or hstore as the server writes
// them, that may be cut at the end. A name in it is judged like that of a
// column, in a table called like what the object stands for. Where kind is set
// every value is of it.
func (c Column) document(text string, kind Kind, sureOnly bool) (string, []Kind) {
	w := walker{column: c, kind: kind, sureOnly: sureOnly, text: text, owners: []string{c.Name}}
	w.walk()
	return w.out.String(), w.kinds
}

// walker goes through a document once.
type walker struct {
	column   Column
	kind     Kind
	sureOnly bool
	text     string
	at       int
	out      strings.Builder
	kinds    []Kind
	owners   []string // what the objects around stand for
	key      string   // of the value that comes
}

func (w *walker) walk() {
	for w.at < len(w.text) {
		switch b := w.text[w.at]; {
		case b == '{' || b == '[':
			owner := w.owners[len(w.owners)-1]
			if w.key != "" {
				owner = w.key
			}
			w.owners = append(w.owners, owner)
			if b == '{' {
				w.key = ""
			}
			w.copy()
		case b == '}' || b == ']':
			if len(w.owners) > 1 {
				w.owners = w.owners[:len(w.owners)-1]
			}
			w.copy()
		case b == '"':
			w.quoted()
		case strings.IndexByte(" \t\r\n,:", b) >= 0 || strings.HasPrefix(w.text[w.at:], "=>"):
			w.copy()
		default:
			w.bare()
		}
	}
}

func (w *walker) copy() {
	n := 1
	if strings.HasPrefix(w.text[w.at:], "=>") {
		n = 2
	}
	w.out.WriteString(w.text[w.at : w.at+n])
	w.at += n
}

// quoted takes a name or a text in double quotes.
func (w *walker) quoted() {
	end := w.at + 1
	for end < len(w.text) && w.text[end] != '"' {
		if w.text[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end+1, len(w.text))
	token := w.text[w.at:end]
	w.at = end
	plain := unquote(token)
	if rest := strings.TrimLeft(w.text[end:], " \t\r\n"); strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "=>") {
		w.key = plain
		w.out.WriteString(token)
		return
	}
	w.put(plain, token, "text")
}

// bare takes a number, a word or an element of an array without quotes.
func (w *walker) bare() {
	end := w.at + strings.IndexAny(w.text[w.at:], ",{}[]\"\n")
	if end < w.at {
		end = len(w.text)
	}
	token := strings.TrimRight(w.text[w.at:end], " \t\r")
	w.at += len(token)
	switch token {
	case "true", "false", "null", "NULL":
		w.out.WriteString(token)
	default:
		typ := "text"
		if strings.Trim(token, "0123456789.+-eE") == "" {
			typ = "numeric"
		}
		w.put(token, token, typ)
	}
}

// put writes a value: as it stands, or its mask as a text.
func (w *walker) put(value, token, typ string) {
	masked, kinds := w.mask(value, typ)
	if len(kinds) == 0 {
		w.out.WriteString(token)
		return
	}
	w.kinds = append(w.kinds, kinds...)
	w.out.WriteString(quote(masked))
}

func (w *walker) mask(value, typ string) (string, []Kind) {
	kind := w.kind
	if kind == "" && w.key != "" {
		kind = w.kindOfKey(typ)
	}
	switch {
	case value == "":
		return value, nil
	case kind != "":
		return form(kind, value), []Kind{kind}
	case strings.HasPrefix(value, `{"`) || strings.HasPrefix(value, "[{"):
		return Column{Table: w.column.Table, Name: w.key}.document(value, "", w.sureOnly)
	}
	return within(value, w.sureOnly || w.key != "" && Column{Name: w.key}.counts())
}

// kindOfKey judges by the value's name and by what the object around stands for,
// which for the outermost one may be the table.
func (w *walker) kindOfKey(typ string) Kind {
	c := Column{Name: w.key, Type: typ, Table: w.owners[len(w.owners)-1]}
	if kind := c.Kind(); kind != "" || len(w.owners) > 2 {
		return kind
	}
	c.Table, c.TableComment = w.column.Table, w.column.TableComment
	return c.Kind()
}

// unquote reads a text in double quotes, or what there is of it.
func unquote(token string) string {
	var plain string
	if json.Unmarshal([]byte(token), &plain) == nil {
		return plain
	}
	return strings.ReplaceAll(strings.Trim(token, `"`), `\"`, `"`)
}

// quote writes a mask, which holds no control characters of its own.
func quote(text string) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return `"` + blank + `"`
	}
	return strings.TrimSuffix(out.String(), "\n")
}
