package mask

import (
	"cmp"
	"slices"
)

// Of is what was masked of a table so far, by column. It is nil where nothing
// was.
func (m *Masker) Of(table string) []Masked {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Masked
	for name, c := range m.columns {
		if name.table == table {
			found = append(found, *c)
		}
	}
	slices.SortFunc(found, func(a, b Masked) int { return cmp.Compare(a.Column, b.Column) })
	return found
}

// Carry counts what an earlier run masked where its samples are taken over.
// Columns of a kind that there is not are passed over.
func (m *Masker) Carry(columns ...Masked) {
	for _, c := range columns {
		if _, known := labels[c.Kind]; known {
			m.count(Column{Table: c.Table, Name: c.Column}, c.Kind, max(c.Values, 0))
		}
	}
}
