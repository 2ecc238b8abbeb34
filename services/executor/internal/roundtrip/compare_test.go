package roundtrip

import (
	"fmt"
	"strings"
	"testing"
)

// dump writes entries as pg_dump does: "Type Schema.Name: SQL".
func dump(entries ...string) string {
	var text strings.Builder
	text.WriteString("SET statement_timeout = 0;\n\n")
	for _, e := range entries {
		head, sql, _ := strings.Cut(e, ": ")
		at := strings.LastIndex(head[:strings.Index(head, ".")], " ")
		schema, name, _ := strings.Cut(head[at+1:], ".")
		fmt.Fprintf(&text, "--\n-- Name: %s; Type: %s; Schema: %s; Owner: -\n--\n\n%s\n\n\n", name, head[:at], schema, sql)
	}
	return text.String() + "--\n-- PostgreSQL database dump complete\n--\n"
}

func TestDifferences(t *testing.T) {
	const table = "TABLE public.t: CREATE TABLE public.t (\n    a integer\n);"
	for _, test := range []struct {
		name     string
		from, to []string
		want     []string
	}{
		{"none", []string{table}, []string{table}, nil},
		{"a missing view", []string{table, "VIEW public.v: CREATE VIEW"}, []string{table}, []string{"VIEW public.v is missing"}},
		{"one too many", nil, []string{table}, []string{"TABLE public.t was not there"}},
		{"another type", []string{table}, []string{strings.Replace(table, "integer", "bigint", 1)}, []string{"TABLE public.t differs"}},
		{"a comment on a column", []string{table, "COMMENT public.COLUMN t.a: COMMENT ON"}, []string{table}, []string{"COMMENT public.COLUMN t.a is missing"}},
		{"a comment on a materialised view", []string{"COMMENT public.MATERIALIZED VIEW m: COMMENT ON"}, nil, []string{"COMMENT public.MATERIALIZED VIEW m is missing"}},
		{"a comment on what nothing needs", []string{"TYPE public.x: CREATE TYPE", "COMMENT public.TYPE x: COMMENT ON", "COMMENT public.COLUMN x.a: C"}, nil, nil},
		{"a comment on a type", []string{"TYPE public.x: CREATE TYPE", "COMMENT public.TYPE x: COMMENT ON"}, []string{"TYPE public.x: CREATE TYPE"}, []string{"COMMENT public.TYPE x is missing"}},
		{"a comment on a domain's constraint", []string{"DOMAIN public.d: D", "COMMENT public.CONSTRAINT c ON DOMAIN d: C"}, []string{"DOMAIN public.d: D"},
			[]string{"COMMENT public.CONSTRAINT c ON DOMAIN d is missing"}},
		{"an identity", []string{"SEQUENCE public.s: ALTER TABLE t ALTER COLUMN a ADD GENERATED ALWAYS"}, nil, []string{"SEQUENCE public.s is missing"}},
		{"a free sequence", []string{"SEQUENCE public.s: CREATE SEQUENCE"}, nil, nil},
		{"ways of storing", []string{"TABLE public.t: CREATE TABLE public.t (\n    a integer\n)\nWITH (fillfactor='70');\nALTER TABLE ONLY public.t ALTER COLUMN a SET STORAGE PLAIN;"},
			[]string{table}, nil},
		{"options of a view", []string{"VIEW public.v: CREATE VIEW\nWITH (security_barrier='true')"}, []string{"VIEW public.v: CREATE VIEW"}, []string{"VIEW public.v differs"}},
		{"triggers", []string{"TRIGGER public.t x: CREATE TRIGGER"}, nil, nil},
		{"a masked value", []string{"SERVER -.s: OPTIONS (key 'it''s', host 'h')"}, []string{"SERVER -.s: OPTIONS (key '***', host 'h')"}, nil},
		{"beside a masked value", []string{"SERVER -.s: OPTIONS (key 'x', host 'h')"}, []string{"SERVER -.s: OPTIONS (key '***', host 'g')"}, []string{"SERVER -.s differs"}},
		{"an index that belongs to the parent's", []string{"INDEX public.p_idx: A", "INDEX ATTACH public.p_idx: ALTER INDEX public.i ATTACH PARTITION public.p_idx;"},
			[]string{"INDEX public.other: B", "INDEX ATTACH public.other: ALTER INDEX public.i ATTACH PARTITION public.other;"}, nil},
		{"columns of a partition in another order", []string{"TABLE public.p: CREATE TABLE public.p (\n    a integer,\n    b text\n);", "TABLE ATTACH public.p: ALTER"},
			[]string{"TABLE public.p: CREATE TABLE public.p (\n    b text,\n    a integer\n);", "TABLE ATTACH public.p: ALTER"}, nil},
		{"columns of a table in another order", []string{"TABLE public.p: CREATE TABLE public.p (\n    a integer,\n    b text\n);"},
			[]string{"TABLE public.p: CREATE TABLE public.p (\n    b text,\n    a integer\n);"}, []string{"TABLE public.p differs"}},
		{"an index of the partition's own", []string{"INDEX public.p_idx: A"}, nil, []string{"INDEX public.p_idx is missing"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, d := range Differences(dump(test.from...), dump(test.to...)) {
				first, _, _ := strings.Cut(d, ":\n")
				got = append(got, first)
			}
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
