package catalog

import "strings"

// Resolve finds the tables that a list means among a database's relations.
//
// A name is taken as written; where nothing has it and it stood without
// quotes, letter case is ignored. A name without a schema is that of public,
// or else of the only schema that has it. A partition stands for its table.
// Wildcards take views and foreign tables too, and leave out what came with
// an extension.
// Duplicates are folded; the order is that of the list.
//
// The error is a *ListError that names every entry that is wrong.
func Resolve(patterns []Pattern, relations []Relation) ([]Name, error) {
	var names []Name
	var faults []Fault
	seen := map[Name]bool{}
	for _, p := range patterns {
		found, fault := p.match(relations)
		if fault != nil {
			fault.Entry, fault.Line = clip(p.Text), p.Line
			faults = append(faults, *fault)
		}
		for _, n := range found {
			if !seen[n] {
				seen[n] = true
				names = append(names, n)
			}
		}
	}
	suggest(faults, relations)
	switch {
	case len(faults) > 0:
		return nil, &ListError{faults}
	case len(names) > MaxListTables:
		return nil, &ListError{[]Fault{{Type: ListTooLong, Limit: MaxListTables}}}
	}
	return names, nil
}

func (p Pattern) match(relations []Relation) ([]Name, *Fault) {
	if p.Table == (identifier{}) {
		return p.matchAll(relations)
	}
	for _, fold := range []bool{false, true} {
		found := filter(relations, func(r Relation) bool {
			return p.Table.is(r.Name.Name, fold) && (p.Schema.text == "" || p.Schema.is(r.Name.Schema, fold))
		})
		if p.Schema.text == "" {
			found = publicFirst(found)
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return []Name{found[0].folded()}, nil
		}
		return nil, &Fault{Type: TableAmbiguous, Near: namesOf(found)}
	}
	return nil, &Fault{Type: TableNotFound}
}

// folded is the relation's name, or that of the table that it is a partition of.
func (r Relation) folded() Name {
	if r.Root != (Name{}) {
		return r.Root
	}
	return r.Name
}

// matchAll finds the tables of one schema or of all.
func (p Pattern) matchAll(relations []Relation) ([]Name, *Fault) {
	for _, fold := range []bool{false, true} {
		var names []Name
		for _, r := range relations {
			own := r.Root == (Name{}) && !r.Extension
			if own && (p.Schema.text == "" || p.Schema.is(r.Name.Schema, fold)) {
				names = append(names, r.Name)
			}
		}
		if len(names) > 0 {
			return names, nil
		}
	}
	return nil, &Fault{Type: TableNotFound}
}

func (id identifier) is(name string, fold bool) bool {
	return id.text == name || fold && !id.quoted && strings.EqualFold(id.text, name)
}

func publicFirst(found []Relation) []Relation {
	if public := filter(found, func(r Relation) bool { return r.Name.Schema == "public" }); len(public) > 0 {
		return public
	}
	return found
}

func filter(relations []Relation, keep func(Relation) bool) []Relation {
	var kept []Relation
	for _, r := range relations {
		if keep(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

func namesOf(relations []Relation) []string {
	names := make([]string, len(relations))
	for i, r := range relations {
		names[i] = r.Name.String()
	}
	return names
}
