package jsonbody

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// Object reads the members of a JSON object. Its methods note what is wrong
// and return the zero value for it; Finish says it all. A member that is null
// counts as absent. An Object is for one goroutine.
type Object struct {
	at      string
	members map[string]any
	known   map[string]bool
	parts   []*Object
	faults  *faults
}

func newObject(at string, members map[string]any, f *faults) *Object {
	return &Object{at: at, members: members, known: map[string]bool{}, faults: f}
}

// Has says whether a member is present, whatever its type.
func (o *Object) Has(name string) bool {
	o.known[name] = true
	return o.members[name] != nil
}

// Null says whether a member is there and null, where that means something.
func (o *Object) Null(name string) bool {
	o.known[name] = true
	v, there := o.members[name]
	return there && v == nil
}

// Require notes the absence of each of the members.
func (o *Object) Require(names ...string) {
	for _, name := range names {
		if !o.Has(name) {
			o.Fault(name, apierr.Required)
		}
	}
}

// Fault notes what else is wrong with a member.
func (o *Object) Fault(name string, t apierr.Type, params ...any) {
	o.faults.add(child(o.at, name), t, params...)
}

// Text returns a string member of at most limit bytes, "" where it is absent.
func (o *Object) Text(name string, limit int) string {
	text, _ := member[string](o, name, "string")
	if len(text) > limit {
		o.Fault(name, apierr.TooLong, limit)
		return ""
	}
	return text
}

// Filled is Text for a member that, if present, has to say something.
func (o *Object) Filled(name string, limit int) string {
	if text, ok := o.members[name].(string); ok && strings.TrimSpace(text) == "" {
		o.known[name] = true
		o.Fault(name, apierr.Required)
		return ""
	}
	return o.Text(name, limit)
}

// Bool returns a boolean member, otherwise where it is absent.
func (o *Object) Bool(name string, otherwise bool) bool {
	if v, ok := member[bool](o, name, "boolean"); ok {
		return v
	}
	return otherwise
}

// Integer returns an integer member from low to high; ok is false where it is
// absent or faulty.
func (o *Object) Integer(name string, low, high int) (n int, ok bool) {
	number, ok := member[json.Number](o, name, "integer")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(number.String())
	if err != nil {
		o.Fault(name, apierr.WrongType, "integer")
		return 0, false
	}
	if n < low || n > high {
		o.Fault(name, apierr.OutOfRange, low, high)
		return 0, false
	}
	return n, true
}

// Word returns a member that may be a string or a number, as text; "" where it
// is absent.
func (o *Object) Word(name string, limit int) string {
	if number, ok := o.members[name].(json.Number); ok {
		o.known[name] = true
		return number.String()
	}
	return o.Text(name, limit)
}

// Words returns a member that is an array of strings or numbers, as text, of at
// most limit items of at most size bytes each; nil where it is absent or faulty
// as a whole.
func (o *Object) Words(name string, limit, size int) []string {
	items, ok := member[[]any](o, name, "array")
	if !ok {
		return nil
	}
	if len(items) > limit {
		o.Fault(name, apierr.TooMany, limit)
		return nil
	}
	words := make([]string, 0, len(items))
	for i, item := range items {
		word, problem := asWord(item, size)
		if problem != nil {
			o.faults.add(child(child(o.at, name), strconv.Itoa(i)), problem.Type, problem.Params...)
		}
		words = append(words, word)
	}
	return words
}

func asWord(item any, size int) (string, *apierr.Error) {
	switch v := item.(type) {
	case string:
		if len(v) > size {
			return "", apierr.New(apierr.TooLong, size)
		}
		return v, nil
	case json.Number:
		return v.String(), nil
	}
	return "", apierr.New(apierr.WrongType, "string")
}

// Object returns a member that is an object, an empty one where it is absent.
func (o *Object) Object(name string) *Object {
	members, _ := member[map[string]any](o, name, "object")
	part := newObject(child(o.at, name), members, o.faults)
	o.parts = append(o.parts, part)
	return part
}

// member returns a member of type T; what says how the type is called in JSON.
func member[T any](o *Object, name, what string) (T, bool) {
	var zero T
	if !o.Has(name) {
		return zero, false
	}
	v, ok := o.members[name].(T)
	if !ok {
		o.Fault(name, apierr.WrongType, what)
	}
	return v, ok
}

// Finish returns everything that is wrong, members that nobody asked for
// included, as one *apierr.Error; nil where nothing is.
func (o *Object) Finish() error {
	o.refuseUnknown()
	if len(o.faults.details) == 0 {
		return nil
	}
	return apierr.Invalid(o.faults.details...)
}

func (o *Object) refuseUnknown() {
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		if !o.known[name] {
			o.Fault(name, apierr.UnknownField)
		}
	}
	for _, part := range o.parts {
		part.refuseUnknown()
	}
}

// Canonical is the object in a form that only depends on what it says: names
// sorted, no spaces.
func (o *Object) Canonical() []byte {
	text, err := json.Marshal(o.members)
	if err != nil {
		panic(err) // the tree holds what was read from JSON
	}
	return text
}
