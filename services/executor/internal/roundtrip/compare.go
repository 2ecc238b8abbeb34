package roundtrip

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var (
	// whole are the kinds of which nothing may be lacking.
	whole = []string{"TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "TABLE ATTACH", "CONSTRAINT", "FK CONSTRAINT",
		"CHECK CONSTRAINT", "INDEX", "DEFAULT"}
	// parts are the kinds of which tables need some.
	parts = []string{"SCHEMA", "EXTENSION", "TYPE", "DOMAIN", "FUNCTION", "AGGREGATE", "OPERATOR", "COLLATION", "SEQUENCE",
		"SEQUENCE OWNED BY", "TEXT SEARCH DICTIONARY", "TEXT SEARCH CONFIGURATION", "SERVER", "FOREIGN DATA WRAPPER"}
)

// Differences compares two dumps: the tables, views and foreign tables of both,
// with their columns, constraints, indexes and comments, have to be equal, and
// what else the second defines has to be as in the first. Triggers, rules,
// privileges, policies and ways of storing do not count, nor do the names of
// indexes of partitions that belong to one of the parent, nor the order of their
// columns. '***' in the second is equal to any string. It returns a sentence for
// each difference, in order.
func Differences(from, to string) []string {
	want, got := parse(from), parse(to)
	partitions := attached(want)
	dropAttached(want)
	dropAttached(got)
	var found []string
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if got[id] == nil && isRequired(want[id], got) {
			found = append(found, fmt.Sprintf("%s is missing:\n%s", id, want[id].sql))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(got)) {
		switch w, g := want[id], got[id]; {
		case !counts(g):
		case w == nil:
			found = append(found, fmt.Sprintf("%s was not there:\n%s", id, g.sql))
		case !alike(w, g) && !(partitions[id] && sameLines(w, g)):
			found = append(found, fmt.Sprintf("%s differs:\n%s\n-- is now\n%s", id, w.sql, g.sql))
		}
	}
	return found
}

func counts(e *entry) bool {
	kind, _ := e.subject()
	return kind == "COLUMN" || slices.Contains(whole, kind) || slices.Contains(parts, kind)
}

// isRequired says whether something must be among what was made.
func isRequired(e *entry, made map[string]*entry) bool {
	kind, name := e.subject()
	switch {
	case e.kind != "COMMENT":
		return slices.Contains(whole, kind) || strings.Contains(e.sql, " ADD GENERATED ")
	case kind == "COLUMN":
		at := strings.LastIndex(name, ".")
		return exists(made, e.schema, strings.Trim(name[:max(at, 0)], `"`))
	case kind == "CONSTRAINT" && strings.Contains(name, " ON DOMAIN "):
		return made["DOMAIN "+e.schema+"."+name[strings.Index(name, " ON DOMAIN ")+len(" ON DOMAIN "):]] != nil
	case slices.Contains(whole, kind):
		return true
	}
	return kind != "EXTENSION" && slices.Contains(parts, kind) && made[kind+" "+e.schema+"."+strings.Trim(name, `"`)] != nil
}

// exists says whether a relation or a type was made.
func exists(made map[string]*entry, schema, name string) bool {
	for _, kind := range []string{"TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "TYPE"} {
		if made[kind+" "+schema+"."+name] != nil {
			return true
		}
	}
	return false
}

// attached are the tables that are partitions.
func attached(entries map[string]*entry) map[string]bool {
	tables := map[string]bool{}
	for _, e := range entries {
		if e.kind == "TABLE ATTACH" {
			tables["TABLE "+e.schema+"."+e.name] = true
		}
	}
	return tables
}

// sameLines compares two tables whose columns may come in any order, as those
// of a partition may beside its parent's.
func sameLines(want, got *entry) bool {
	lines := func(e *entry) []string {
		return slices.Sorted(strings.SplitSeq(strings.ReplaceAll(e.sql, ",\n", "\n"), "\n"))
	}
	return slices.Equal(lines(want), lines(got))
}

// alike compares what two entries say.
func alike(want, got *entry) bool {
	if want.sql == got.sql {
		return true
	}
	if !strings.Contains(got.sql, "'***'") {
		return false
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(got.sql), regexp.QuoteMeta("'***'"), `E?'(?:[^']|'')*'`)
	return regexp.MustCompile("^" + pattern + "$").MatchString(want.sql)
}

var attachment = regexp.MustCompile(`ATTACH PARTITION \S+?\.("[^"]+"|[^;"]+);`)

// dropAttached leaves out the indexes and keys of partitions that belong to
// those of their parent, whose names nobody chose.
func dropAttached(entries map[string]*entry) {
	for id, e := range entries {
		if e.kind != "INDEX ATTACH" {
			continue
		}
		delete(entries, id)
		found := attachment.FindStringSubmatch(e.sql)
		if found == nil {
			continue
		}
		index := strings.Trim(found[1], `"`)
		for other, x := range entries {
			named := x.name == index || strings.HasSuffix(x.name, " "+index)
			about := x.kind == "COMMENT" && (x.name == "INDEX "+index || strings.HasPrefix(x.name, "CONSTRAINT "+index+" ON "))
			if about || named && (x.kind == "INDEX" || x.kind == "CONSTRAINT") {
				delete(entries, other)
			}
		}
	}
}
