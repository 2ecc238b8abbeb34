package pairlist

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
)

// What a filter says of pairs without a verdict, and of those without a
// decision.
const (
	Unchecked = "unchecked"
	Undecided = "undecided"
)

// Verdicts, Decisions and Sources are what a Filter may choose.
var (
	Verdicts = []string{events.VerdictValid, events.VerdictEmpty, events.VerdictError, events.VerdictTooExpensive,
		events.VerdictDuplicate, Unchecked}
	Decisions = []string{events.DecisionApproved, events.DecisionRejected, Undecided}
	Sources   = []string{events.SourceRules, events.SourceModel, events.SourcePerson}
)

// Filter chooses entries; what is empty chooses all.
type Filter struct {
	Verdicts, Decisions, Sources []string
	Theme                        string
	// Table is "schema.table", or a table's name in any schema.
	Table string
	// Q is text that the question or the SQL contains, in capitals or not.
	Q string
}

// Wants says whether the filter keeps an entry.
func (f Filter) Wants(e Entry) bool {
	return among(f.Verdicts, Verdict(e)) && among(f.Decisions, Decision(e)) && among(f.Sources, e.Source) &&
		(f.Theme == "" || e.Theme == f.Theme) &&
		(f.Table == "" || slices.ContainsFunc(e.Tables, func(t string) bool { return t == f.Table || strings.HasSuffix(t, "."+f.Table) })) &&
		(f.Q == "" || contains(e.Question, f.Q) || contains(e.SQL, f.Q))
}

func among(chosen []string, v string) bool { return len(chosen) == 0 || slices.Contains(chosen, v) }

func contains(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// Verdict is an entry's verdict, Unchecked without one.
func Verdict(e Entry) string {
	if e.Check == nil {
		return Unchecked
	}
	return e.Check.Verdict
}

// Decision is what people decided about an entry, Undecided where they did not.
func Decision(e Entry) string {
	if e.Decision == "" {
		return Undecided
	}
	return e.Decision
}
