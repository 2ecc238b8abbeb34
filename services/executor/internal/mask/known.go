package mask

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// The bounds of what is known of personal values.
const (
	maxKnown       = 500_000 // values of all tables
	maxKnownColumn = 4000    // of a column
	maxKnownRunes  = 100     // of a value
)

// known are the values of personal columns that views read, by table, so that a
// view shows none of them, whatever it makes of the column. It holds hashes of a
// seed that ends with the process, and may be used concurrently.
type known struct {
	mu     sync.RWMutex
	size   int
	tables map[string]map[fingerprint]Kind
	whole  map[columnName]Kind // of the columns
	// memories are what was asked for, by the tables.
	memories map[string]memory
}

// fingerprint stands for a value, and runes is how long that is.
type fingerprint struct {
	hash  uint64
	runes int
}

var seed = maphash.MakeSeed()

// add remembers a personal column and its values.
func (k *known) add(c Column, kind Kind, values map[fingerprint]bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.whole[columnName{c.Table, c.Name}] = kind
	clear(k.memories)
	if k.size += len(values); k.size > maxKnown {
		return
	}
	if k.tables[c.Table] == nil {
		k.tables[c.Table] = map[fingerprint]Kind{}
	}
	for v := range values {
		k.tables[c.Table][v] = kind
	}
}

// kind is that of a column whose values were all personal, or "".
func (k *known) kind(c *Column) Kind {
	if c == nil {
		return ""
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.whole[columnName{c.Table, c.Name}]
}

// of is what is known of tables, ready to be found in the values of a view.
// Columns of a view share it, as it may be large.
func (k *known) of(tables []string) memory {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := strings.Join(tables, "\x00")
	f, made := k.memories[list]
	if !made {
		f = k.gather(tables)
		k.memories[list] = f
	}
	return f
}

func (k *known) gather(tables []string) memory {
	f := memory{values: map[fingerprint]Kind{}}
	for _, table := range tables {
		maps.Copy(f.values, k.tables[table])
	}
	lengths := map[int]bool{}
	for v := range f.values {
		lengths[v.runes] = true
	}
	f.lengths = slices.SortedFunc(maps.Keys(lengths), func(a, b int) int { return cmp.Compare(b, a) })
	return f
}

// memory finds known values.
type memory struct {
	values  map[fingerprint]Kind
	lengths []int // longest first
}

// find returns the parts of a value that are known values, in order, none
// overlapping, as positions in characters.
func (f memory) find(value string) []span {
	if len(f.values) == 0 {
		return nil
	}
	var parts []span
	text := newFolded(value)
	for at := 0; at < len(text.runes); at++ {
		if s, found := f.at(text, at); found {
			parts = append(parts, s)
			at = s.end - 1
		}
	}
	return parts
}

func (f memory) at(text folded, at int) (span, bool) {
	if !text.breaks(at) {
		return span{}, false
	}
	for _, length := range f.lengths {
		if end := at + length; end <= len(text.runes) && text.breaks(end) {
			if kind, met := f.values[text.fingerprint(at, end)]; met {
				return span{start: at, end: end, kind: kind, sure: true}, true
			}
		}
	}
	return span{}, false
}

// within masks known values within a value and returns their kinds.
func (f memory) within(value string) (string, []Kind) {
	parts := f.find(value)
	if len(parts) == 0 {
		return value, nil
	}
	var out strings.Builder
	var kinds []Kind
	runes, end := []rune(value), 0
	for _, p := range parts {
		out.WriteString(string(runes[end:p.start]))
		out.WriteString(form(p.kind, string(runes[p.start:p.end])))
		end, kinds = p.end, append(kinds, p.kind)
	}
	out.WriteString(string(runes[end:]))
	return out.String(), kinds
}

// folded is a text in which neither letter case nor width counts.
type folded struct {
	runes []rune
	bytes []byte
	at    []int // where each character begins in bytes, and the end
}

func newFolded(text string) folded {
	var f folded
	for _, r := range text {
		if isWide(r) {
			r -= 0xFEE0
		}
		f.runes = append(f.runes, unicode.ToLower(r))
	}
	for _, r := range f.runes {
		f.at = append(f.at, len(f.bytes))
		f.bytes = append(f.bytes, string(r)...)
	}
	f.at = append(f.at, len(f.bytes))
	return f
}

func (f folded) fingerprint(from, to int) fingerprint {
	return fingerprint{maphash.Bytes(seed, f.bytes[f.at[from]:f.at[to]]), to - from}
}

// breaks says that a word may begin or end before a character.
func (f folded) breaks(at int) bool {
	return at == 0 || at == len(f.runes) || !spells(f.runes[at-1]) || !spells(f.runes[at])
}

// spells says that a character is one of a word that spaces part from others.
func spells(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// memorable returns what to remember of a value: nothing of short words and
// numbers, which other columns have by chance.
func memorable(value string) (fingerprint, bool) {
	f := newFolded(strings.TrimSpace(value))
	least := 3
	switch {
	case strings.ContainsFunc(value, isHan):
		least = 2
	case strings.Trim(value, "0123456789.+- ") == "":
		least = 6
	}
	if len(f.runes) < least || len(f.runes) > maxKnownRunes {
		return fingerprint{}, false
	}
	return f.fingerprint(0, len(f.runes)), true
}
