package mask

import (
	"cmp"
	"maps"
	"slices"

	"github.com/citu/datapipeline/events"
)

// Column is what is known of a column before a row is read.
type Column struct {
	Table        string // with its schema: "public.guest"
	TableComment string
	Name         string
	Comment      string
	// Type is the column's type as SQL, domains replaced by what they stand
	// for: "character varying(20)", "bigint", "inet[]".
	Type string
	// Enum says that the type itself lists the values.
	Enum bool
	// Key says that the column identifies rows or leads to those of another
	// table.
	Key bool
	// Viewed says that a view reads the table.
	Viewed bool
	// Shows is the column of a table whose values a view's column shows as they
	// are; nil for none.
	Shows *Column
	// Reads are the tables that a view reads, with their schemas: what is personal
	// in them is so in the view, whatever it is made into.
	Reads []string
}

// Judge decides about one column: by what it is called, or by a good part of
// its values. It serves one goroutine.
type Judge struct {
	column Column
	masker *Masker
	idle   bool
	named  Kind
	values int // that were seen
	poll   poll
	told   bool // the masker knows of the column
	met    memory
	// shared are the values that are remembered for views.
	shared map[fingerprint]bool
	// verdict is what the values seen so far say, nil where nobody asked yet.
	verdict *verdict
}

// Column begins the judgement of a column. That of a view's is to begin when
// those of the tables that it reads were shared.
func (m *Masker) Column(c Column) *Judge {
	j := &Judge{column: c, masker: m, idle: m.mode == events.MaskOff || c.fixed()}
	if j.idle {
		return j
	}
	j.named = cmp.Or(c.Kind(), m.known.kind(c.Shows))
	if j.named == "" {
		j.met = m.known.of(c.Reads)
		j.idle = c.isTime() && len(j.met.values) == 0
	}
	return j
}

// See looks at a value that was read; the empty one says nothing.
func (j *Judge) See(value []byte) {
	if len(value) == 0 || j.idle {
		return
	}
	j.values++
	if j.column.Viewed {
		j.remember(string(value))
	}
	if j.named == "" {
		j.verdict = nil
		j.poll.add(value, j)
	}
}

func (j *Judge) remember(value string) {
	if v, ok := memorable(value); ok && len(j.shared) < maxKnownColumn {
		if j.shared == nil {
			j.shared = map[fingerprint]bool{}
		}
		j.shared[v] = true
	}
}

// Share tells the masker what a view must not show: the values seen of a
// personal column of a table that a view reads.
func (j *Judge) Share() {
	if kind := j.Kind(); kind != "" && j.column.Viewed {
		j.masker.known.add(j.column, kind, j.shared)
	}
}

// Kind is the kind of all of the column's values, or "" where they are not
// personal as a whole. It is meant to be asked when all values were seen.
func (j *Judge) Kind() Kind {
	if j.idle || j.named != "" {
		return j.named
	}
	return j.judged().kind
}

func (j *Judge) judged() *verdict {
	if j.verdict == nil {
		j.verdict = j.poll.verdict(j.column)
	}
	return j.verdict
}

// Mask returns a value as it may be shown, and whether that differs from the
// value. In a personal column it is a mask whatever the value looks like; in
// others what is personal within the value is masked. What is masked counts in
// the masker's report, for a personal column all values that were seen.
func (j *Judge) Mask(value string) (string, bool) {
	if j.idle || value == "" {
		return value, false
	}
	if kind := j.Kind(); kind != "" {
		j.tell(kind)
		return j.column.cover(kind, value), true
	}
	masked, kinds := j.met.within(value)
	if !j.column.isTime() {
		var others []Kind
		masked, others = j.column.within(masked, j.judged().sureOnly)
		kinds = append(kinds, others...)
	}
	if len(kinds) == 0 {
		return value, false
	}
	j.masker.count(j.column, kinds[0], 1)
	return masked, true
}

func (j *Judge) tell(kind Kind) {
	if !j.told {
		j.told = true
		j.masker.count(j.column, kind, j.values)
	}
}

// The bounds of judging a column by its values.
const (
	maxJudged = 100 // distinct values
	goodPart  = 4   // one in so many gives a column away
	fewMet    = 20  // and so many, where they are known of a table
	fewNames  = 8   // distinct values that a column of names has at least
)

// poll asks values what they look like.
type poll struct {
	asked   map[string]bool
	votes   map[Kind]int
	sure    map[Kind]int // those of them that can be hardly anything else
	met     map[Kind]int // those that are known of the tables that a view reads
	numbers int          // values that are digits and nothing else
}

func (p *poll) add(raw []byte, j *Judge) {
	if len(p.asked) == maxJudged || p.asked[string(raw)] {
		return
	}
	if p.asked == nil {
		p.asked, p.votes, p.sure, p.met = map[string]bool{}, map[Kind]int{}, map[Kind]int{}, map[Kind]int{}
	}
	value := string(raw)
	p.asked[value] = true
	if parts := j.met.find(value); len(parts) > 0 {
		p.met[parts[0].kind]++
	}
	if j.column.isTime() { // which has many shapes by chance
		return
	}
	if digitsOnly(value) {
		p.numbers++
	}
	kind, sure := shape(value)
	p.votes[kind]++
	if sure {
		p.sure[kind]++
	}
}

// verdict is what values say of their column.
type verdict struct {
	kind Kind // of the column as a whole, or ""
	// sureOnly says that within a value only what is sure is to be masked.
	sureOnly bool
}

func (p *poll) verdict(c Column) *verdict {
	counts := c.counts()
	return &verdict{kind: cmp.Or(p.known(c), p.kind(c, counts)), sureOnly: counts || p.numeric()}
}

// known is the kind of values that a view shows of a table. Numbers and times
// are alike by chance more often than texts.
func (p *poll) known(c Column) Kind {
	part := fewMet
	if c.isTime() || p.numeric() {
		part = goodPart
	}
	for _, kind := range slices.Sorted(maps.Keys(p.met)) {
		if part*p.met[kind] >= len(p.asked) {
			return kind
		}
	}
	return ""
}

// kind is that of a good part of the values, the first of elected where there
// are several.
func (p *poll) kind(c Column, counts bool) Kind {
	if len(p.votes) == 0 || len(p.votes) == 1 && p.votes[""] > 0 {
		return ""
	}
	hint := Kind("")
	if counts {
		hint = c.hint()
	}
	for _, kind := range elected {
		votes := p.votes
		if counts && kind != hint {
			votes = p.sure
		}
		need := (len(p.asked) + goodPart - 1) / goodPart
		if kind == Name {
			need = max(fewNames, (9*len(p.asked)+9)/10)
		}
		if n := votes[kind]; n > 0 && n >= need {
			return kind
		}
	}
	return ""
}

// numeric says that the values are numbers, for which a likeness to this or
// that is chance where most do not share it.
func (p *poll) numeric() bool { return p.numbers > 0 && 5*p.numbers >= 4*len(p.asked) }

// elected are the kinds that values may give away.
var elected = []Kind{Identity, Email, Phone, Card, Account, Hardware, Network, Plate, Location, Address, Birth, Online, Secret, Name}
