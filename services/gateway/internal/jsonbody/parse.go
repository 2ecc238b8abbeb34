// Package jsonbody reads the JSON bodies of requests strictly and says
// everything that is wrong with one at once: a field that is unknown, occurs
// twice or has the wrong type, text that no database could store, nesting
// without end.
package jsonbody

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// Limits of a body and of what is said about it.
const (
	MaxBytes   = 1 << 20
	maxDepth   = 16
	maxDetails = 100
)

// Parse reads a body, which must be a JSON object; an empty body is an empty
// object. What is not JSON at all is refused here, with an *apierr.Error that
// says where; everything else by Object.Finish.
func Parse(body []byte) (*Object, error) {
	if len(body) > MaxBytes {
		return nil, apierr.New(apierr.BodyTooLarge)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	if err := checkSyntax(body); err != nil {
		return nil, err
	}
	p := parser{dec: json.NewDecoder(bytes.NewReader(body)), faults: new(faults)}
	p.dec.UseNumber()
	value, err := p.value("", 0)
	if err != nil {
		return nil, err
	}
	members, ok := value.(map[string]any)
	if !ok {
		p.faults.add("", apierr.WrongType, "object")
	}
	return newObject("", members, p.faults), nil
}

// checkSyntax refuses what is not one JSON document in UTF-8.
func checkSyntax(body []byte) error {
	if i := invalidUTF8(body); i >= 0 {
		return malformed(body, i)
	}
	err := json.Unmarshal(body, new(json.RawMessage))
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return malformed(body, int(syntax.Offset)-1)
	}
	return nil
}

func invalidUTF8(body []byte) int {
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// malformed points at a byte by its line and its column in characters, both
// from 1.
func malformed(body []byte, offset int) error {
	before := body[:max(0, min(offset, len(body)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return apierr.New(apierr.MalformedJSON, line, column)
}

// parser builds the tree of a document that is known to be well formed.
type parser struct {
	dec    *json.Decoder
	faults *faults
}

func (p parser) value(at string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, apierr.Invalid(apierr.Detail{Pointer: at, Type: apierr.TooDeep, Params: []any{maxDepth}})
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, apierr.New(apierr.MalformedJSON, 1, 1).Because(err)
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return p.object(at, depth)
		}
		return p.array(at, depth)
	case string:
		p.checkText(at, v)
	}
	return token, nil
}

func (p parser) object(at string, depth int) (map[string]any, error) {
	members := map[string]any{}
	for p.dec.More() {
		token, err := p.dec.Token()
		if err != nil {
			return nil, apierr.New(apierr.MalformedJSON, 1, 1).Because(err)
		}
		name := token.(string)
		if _, twice := members[name]; twice {
			p.faults.add(child(at, name), apierr.DuplicateField)
		}
		if members[name], err = p.value(child(at, name), depth+1); err != nil {
			return nil, err
		}
	}
	_, err := p.dec.Token() // the closing brace
	return members, err
}

func (p parser) array(at string, depth int) ([]any, error) {
	items := []any{}
	for p.dec.More() {
		item, err := p.value(child(at, strconv.Itoa(len(items))), depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := p.dec.Token() // the closing bracket
	return items, err
}

// checkText refuses control characters: PostgreSQL stores no NUL, and the
// others do harm in logs and on terminals.
func (p parser) checkText(at, text string) {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) }) {
		p.faults.add(at, apierr.InvalidCharacter)
	}
}

// child extends a JSON pointer (RFC 6901). A name without end is cut.
func child(at, name string) string {
	if len(name) > 128 {
		name = strings.ToValidUTF8(name[:128], "") + "…"
	}
	return at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// faults are what is wrong with a body, up to maxDetails.
type faults struct{ details []apierr.Detail }

func (f *faults) add(at string, t apierr.Type, params ...any) {
	if len(f.details) < maxDetails {
		f.details = append(f.details, apierr.Detail{Pointer: at, Type: t, Params: params})
	}
}
