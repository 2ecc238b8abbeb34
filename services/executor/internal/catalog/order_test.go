package catalog

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawSchema makes tables with any foreign keys between them.
func drawSchema(t *rapid.T) *Schema {
	n := rapid.IntRange(1, 8).Draw(t, "tables")
	s := &Schema{}
	for i := range n {
		table := &Table{Schema: "s", Name: fmt.Sprintf("t%d", i)}
		for j, target := range rapid.SliceOfN(rapid.IntRange(0, n), 0, 4).Draw(t, "keys") { // n is absent
			k := ForeignKey{RefSchema: "s", RefTable: fmt.Sprintf("t%d", target)}
			k.Name = fmt.Sprintf("k%d", j)
			table.ForeignKeys = append(table.ForeignKeys, k)
		}
		s.Tables = append(s.Tables, table)
	}
	return s
}

// reaches says whether keys lead from one table to another.
func reaches(s *Schema, from, to Name, seen map[Name]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	for _, t := range s.Tables {
		if t.FullName() == from {
			return slices.ContainsFunc(t.ForeignKeys, func(k ForeignKey) bool { return reaches(s, k.References(), to, seen) })
		}
	}
	return false
}

func TestLoadOrderDefersExactlyTheCircles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchema(t)
		order := s.LoadOrder()
		if len(order.Tables) != len(s.Tables) {
			t.Fatalf("%d of %d tables", len(order.Tables), len(s.Tables))
		}
		made := map[Name]bool{{"s", fmt.Sprintf("t%d", len(s.Tables))}: true}
		for _, table := range order.Tables {
			made[table.FullName()] = true
			for owner, k := range table.DeclaredKeys() {
				target := k.References()
				circle := target != owner && reaches(s, target, owner, map[Name]bool{})
				if order.Deferred[k] != circle {
					t.Fatalf("%s → %s: deferred %v, in a circle %v", owner, target, order.Deferred[k], circle)
				}
				if !circle && !made[target] {
					t.Fatalf("%s comes before %s", owner, target)
				}
			}
		}
	})
}

func TestLoadOrderIsByNameWhereFree(t *testing.T) {
	s := &Schema{Tables: []*Table{{Name: "a"}, {Name: "b", Inherits: []Name{{"", "d"}}}, {Name: "c"}, {Name: "d"}}}
	var got []string
	for _, table := range s.LoadOrder().Tables {
		got = append(got, table.Name)
	}
	if want := []string{"a", "d", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}
