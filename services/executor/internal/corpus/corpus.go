// Package corpus reads the training data that the steps left: the documents
// that go into the vector store, with what they are about.
package corpus

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// Document is a piece of training data before it has a vector.
type Document struct {
	Kind string // events.TrainingSQL, TrainingDDL or TrainingDocumentation
	Text string
	// About is what the vector stands for, the text itself if "". A pair is found
	// by its question.
	About string
	// File is where it comes from.
	File string
	// Tables are what it is about, as catalog.Name writes them, sorted: those of
	// a pair's SQL, the one of a table's page, all of the task for what is about
	// the database.
	Tables []string
	// Pair is set for pairs.
	Pair *events.Pair
}

// Subject is the text that the vector stands for.
func (d Document) Subject() string {
	if d.About != "" {
		return d.About
	}
	return d.Text
}

// Leads returns the tables that someone who finds the document finds by it. A
// page about many tables at once leads to none of them.
func Leads(kind string, tables []string) []string {
	if kind != events.TrainingSQL && len(tables) > 1 {
		return nil
	}
	return tables
}

// OfPairs are the documents of pairs, at most one of each text.
func OfPairs(list []events.Pair, file string) ([]Document, error) {
	docs := make([]Document, 0, len(list))
	for _, p := range list {
		text, err := PairText(p.Question, sqltext.OneLine(p.SQL))
		if err != nil {
			return nil, err
		}
		tables := p.Tables
		if len(tables) == 0 {
			tables, _, _ = pairs.Describe(p.SQL, nil)
		}
		docs = append(docs, Document{Kind: events.TrainingSQL, Text: text, About: p.Question, File: file, Tables: sorted(tables), Pair: &p})
	}
	return unique(docs), nil
}

// Loadable are the pairs that training data is made of: those that people did
// not reject and no check refused, or of those only the ones that they
// approved. A pair that was not checked passes for what it is, unless somebody
// wrote it.
func Loadable(list []events.Pair, approvedOnly bool) []events.Pair {
	return slices.DeleteFunc(slices.Clone(list), func(p events.Pair) bool {
		return p.Decision == events.DecisionRejected || approvedOnly && p.Decision != events.DecisionApproved || !passes(p)
	})
}

func passes(p events.Pair) bool {
	if p.Check == nil {
		return p.Source != events.SourcePerson
	}
	return p.Check.Passes()
}

// PairText is the JSON that Vanna makes of a pair with json.dumps, which it
// reads back by ast.literal_eval: a space behind colon and comma.
func PairText(question, sql string) (string, error) {
	q, err := quote(question)
	if err != nil {
		return "", err
	}
	s, err := quote(sql)
	return `{"question": ` + q + `, "sql": ` + s + `}`, err
}

func quote(text string) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(text)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func unique(docs []Document) []Document {
	type key struct{ kind, text string }
	seen := map[key]bool{}
	return slices.DeleteFunc(docs, func(d Document) bool {
		k := key{d.Kind, d.Text}
		again := seen[k]
		seen[k] = true
		return again
	})
}

func sorted(tables []string) []string {
	tables = append([]string{}, tables...)
	slices.Sort(tables)
	return slices.Compact(tables)
}
