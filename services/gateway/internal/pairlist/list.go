package pairlist

import (
	"cmp"
	"maps"
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// Entry is a pair of a task.
type Entry struct {
	events.Pair
	// Version is the stream sequence of the newest event about it; 0 where no
	// person touched it.
	Version uint64
}

// List is the pairs of a task.
type List struct {
	Task   projection.Task
	People projection.Pairs
	// File is the one that the pairs come from; empty while there is none.
	File    string
	Entries []Entry // those of the file in its order, then those of people

	made []events.Pair // what the file holds
}

// Version is that of the newest change of the list by people, 0 where there is
// none.
func (l List) Version() uint64 {
	var newest uint64
	for _, p := range l.People {
		newest = max(newest, p.Version)
	}
	return newest
}

// With returns the list after further events about its pairs. The list itself
// is not to be used any more.
func (l List) With(all ...events.Event) List {
	for _, e := range all {
		l.People = projection.ApplyPair(l.People, e)
	}
	l.Entries = merge(l.made, l.People)
	return l
}

// Find returns the entry of an id.
func (l List) Find(id string) (Entry, bool) {
	i := slices.IndexFunc(l.Entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return l.Entries[i], true
}

// ByID returns the entries by their ids.
func (l List) ByID() map[string]Entry {
	all := make(map[string]Entry, len(l.Entries))
	for _, e := range l.Entries {
		all[e.ID] = e
	}
	return all
}

// merge lets people have the last word. An entry of theirs that no step made is
// left out where nothing but a withdrawn decision is known of it.
func merge(made []events.Pair, people projection.Pairs) []Entry {
	entries := make([]Entry, 0, len(made)+len(people))
	seen := make(map[string]bool, len(people))
	for _, p := range made {
		theirs, touched := people[p.ID]
		if touched {
			p = projection.Overlay(p, theirs.Pair)
			seen[p.ID] = true
		}
		entries = append(entries, Entry{p, theirs.Version})
	}
	for _, p := range slices.SortedFunc(maps.Values(people), func(a, b projection.Pair) int { return cmp.Compare(a.First, b.First) }) {
		if !seen[p.ID] && (p.Source == events.SourcePerson || p.Decision != "") {
			entries = append(entries, Entry{p.Pair, p.Version})
		}
	}
	return entries
}
