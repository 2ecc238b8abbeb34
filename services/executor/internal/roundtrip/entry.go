package roundtrip

import (
	"regexp"
	"strings"
)

// entry is one thing that a dump defines.
type entry struct {
	kind, schema, name string
	sql                string
}

// id names what an entry defines.
func (e *entry) id() string { return e.kind + " " + e.schema + "." + e.name }

var (
	heading = regexp.MustCompile(`(?m)^--\n-- Name: (.*); Type: (.*); Schema: (.*); Owner: .*\n--\n`)
	// settings are lines that concern how to restore, or how a table is stored.
	settings = regexp.MustCompile(`(?m)^(SET |SELECT pg_catalog\.set_config|\\(un)?restrict ).*\n?|^ALTER .* (SET (STORAGE|STATISTICS|COMPRESSION)|REPLICA IDENTITY|CLUSTER ON) .*\n?|^-- PostgreSQL database dump complete\n?`)
	storage  = regexp.MustCompile(`\nWITH \([^)]*\)`)
	blanks   = regexp.MustCompile(`\n{2,}`)
)

// parse cuts a dump into entries by what they define.
func parse(dump string) map[string]*entry {
	entries := map[string]*entry{}
	places := heading.FindAllStringSubmatchIndex(dump, -1)
	for i, at := range places {
		end := len(dump)
		if i+1 < len(places) {
			end = places[i+1][0]
		}
		e := &entry{name: dump[at[2]:at[3]], kind: dump[at[4]:at[5]], schema: dump[at[6]:at[7]]}
		e.sql = normalize(e.kind, dump[at[1]:end])
		entries[e.id()] = e
	}
	return entries
}

func normalize(kind, sql string) string {
	sql = settings.ReplaceAllString(sql, "")
	sql = strings.TrimRight(blanks.ReplaceAllString(sql, "\n"), "-\n ")
	if kind == "TABLE" || kind == "MATERIALIZED VIEW" {
		sql = storage.ReplaceAllString(sql, "")
	}
	return strings.TrimSpace(sql)
}

// subject is the entry's kind and name, or those of what a comment is about.
func (e *entry) subject() (kind, name string) {
	if e.kind != "COMMENT" {
		return e.kind, e.name
	}
	for _, k := range []string{"MATERIALIZED VIEW", "FOREIGN TABLE", "FOREIGN DATA WRAPPER"} {
		if rest, is := strings.CutPrefix(e.name, k+" "); is {
			return k, rest
		}
	}
	kind, name, _ = strings.Cut(e.name, " ")
	return kind, name
}
