package snapshot

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxSize is how large a snapshot may be that Decode reads, in bytes.
const MaxSize = 64 << 20

// ErrMalformed is wrapped by Decode's refusals.
var ErrMalformed = errors.New("malformed " + FileName)

func newTable(name string, d Definition) Table {
	return Table{Table: name, Fingerprint: digest(d), Definition: d}
}

func newObject(name, definition string) Object {
	return Object{Object: name, Fingerprint: digest(definition), Definition: definition}
}

// digest is the SHA-256 of a value's canonical JSON: the fields in the order of
// their declaration, empty ones left out, no space, no escapes that JSON does
// not demand.
func digest(v any) string {
	sum := sha256.Sum256(canonical(v, ""))
	return hex.EncodeToString(sum[:])
}

func (s *Snapshot) version() string {
	all := make([]string, 0, len(s.Tables)+len(s.Objects))
	for _, t := range s.Tables {
		all = append(all, t.Table, t.Fingerprint)
	}
	for _, o := range s.Objects {
		all = append(all, o.Object, o.Fingerprint)
	}
	return digest(all)[:16]
}

// canonical is a value of this package as JSON, ended by a line break.
func canonical(v any, indent string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		panic(err) // strings, numbers and lists of them always marshal
	}
	return b.Bytes()
}

// Encode is the file that holds a snapshot: JSON with a table or an object a
// line, so that any tool shows which of them differ.
func (s *Snapshot) Encode() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n\"schema_version\": %q,\n\"tables\": ", s.SchemaVersion)
	encodeLines(&b, s.Tables)
	b.WriteString(",\n\"objects\": ")
	encodeLines(&b, s.Objects)
	b.WriteString("\n}\n")
	return b.Bytes()
}

func encodeLines[T any](b *bytes.Buffer, list []T) {
	b.WriteString("[")
	for i := range list {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n")
		b.Write(bytes.TrimSuffix(canonical(list[i], ""), []byte("\n")))
	}
	b.WriteString("\n]")
}

// Decode reads what Encode wrote. A snapshot whose names are not sorted and
// distinct, or whose fingerprints or version are not those of its definitions,
// is refused with an error that wraps ErrMalformed.
func Decode(data []byte) (*Snapshot, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrMalformed, len(data), MaxSize)
	}
	var s Snapshot
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows the object", ErrMalformed)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return &s, nil
}

func (s *Snapshot) check() error {
	ascending := func(i int, a, b string) error {
		if i > 0 && a >= b {
			return fmt.Errorf("%.80q stands after %.80q", b, a)
		}
		return nil
	}
	for i, t := range s.Tables {
		if err := ascending(i, s.Tables[max(i-1, 0)].Table, t.Table); err != nil {
			return err
		}
		if t.Fingerprint != digest(t.Definition) {
			return fmt.Errorf("the fingerprint of %.80q is not that of its definition", t.Table)
		}
		if !t.distinct() {
			return fmt.Errorf("%.80q has two columns, constraints or indexes of one name", t.Table)
		}
	}
	for i, o := range s.Objects {
		if err := ascending(i, s.Objects[max(i-1, 0)].Object, o.Object); err != nil {
			return err
		}
		if o.Fingerprint != digest(o.Definition) {
			return fmt.Errorf("the fingerprint of %.80q is not that of its definition", o.Object)
		}
	}
	if s.SchemaVersion != s.version() {
		return errors.New("the schema version is not that of the fingerprints")
	}
	return nil
}

// distinct says that the names within a table are, which comparing relies on.
func (d Definition) distinct() bool {
	return unique(d.Columns, columnName) && unique(d.Constraints, Constraint.name) && unique(d.Indexes, indexName)
}

func columnName(c Column) string { return c.Name }
func indexName(i Index) string   { return i.Name }

// name tells constraints of a table apart.
func (c Constraint) name() string { return cmp.Or(c.Name, c.Definition) }

func unique[T any](list []T, name func(T) string) bool {
	seen := make(map[string]bool, len(list))
	for _, item := range list {
		seen[name(item)] = true
	}
	return len(seen) == len(list)
}
