package qa

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

func TestHowMuchIsAsked(t *testing.T) {
	for name, tt := range map[string]struct {
		options events.Options
		tables  []int
		parts   string
	}{
		"by default":                    {events.Options{}, []int{1, 2, 3, 4, 5}, "[10 10 10 10 10]"},
		"more themes":                   {events.Options{}, []int{1, 1, 1, 1, 1, 1}, "[10 10 10 10 10 10]"},
		"few themes":                    {events.Options{}, []int{4, 3, 2}, "[17 17 16]"},
		"one theme":                     {events.Options{}, []int{1}, "[30]"},
		"more tables than questions":    {events.Options{}, []int{70, 1}, "[70 1]"},
		"numbers that are said":         {events.Options{Themes: 2, QuestionsPerTheme: 5}, []int{4, 4}, "[5 5]"},
		"a theme of many tables":        {events.Options{Themes: 2, QuestionsPerTheme: 5}, []int{7, 1}, "[7 3]"},
		"numbers that are not enough":   {events.Options{Themes: 2, QuestionsPerTheme: 5}, []int{9, 2}, "[5 5]"},
		"themes that are said":          {events.Options{Themes: 2}, []int{30, 9}, "[10 10]"},
		"a number for each of a theme":  {events.Options{QuestionsPerTheme: 2}, []int{1, 1, 1, 1, 1, 3}, "[2 2 2 2 1 3]"},
		"questions for no theme at all": {events.Options{}, nil, "[]"},
	} {
		a, tables := New(Config{}).amount(tt.options), 0
		for _, n := range tt.tables {
			tables += n
		}
		if got := fmt.Sprint(a.parts(a.total(len(tt.tables), tables), tt.tables)); got != tt.parts {
			t.Errorf("%s: %s, want %s", name, got, tt.parts)
		}
	}
}

func TestNoQuestionAndNoStatementTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCollection(&catalog.Schema{})
		offered := rapid.IntRange(0, 40).Draw(t, "offered")
		for range offered {
			c.add(pairs.Pair{
				Question: rapid.StringMatching(`[aA]?[bB]?[?！ ]?[12]?`).Draw(t, "question") + "x",
				SQL:      rapid.SampledFrom([]string{"SELECT ", "select  ", "SELECT/**/"}).Draw(t, "head") + rapid.StringMatching(`[ab]?1;?`).Draw(t, "sql"),
			}, "theme", events.SourceRules)
		}
		if len(c.pairs)+c.duplicates != offered {
			t.Fatalf("%d kept and %d left out of %d", len(c.pairs), c.duplicates, offered)
		}
		questions, statements, ids := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, p := range c.pairs {
			q, s := pairs.NormalQuestion(p.Question), pairs.NormalSQL(p.SQL)
			if questions[q] || statements[s] || ids[p.ID] {
				t.Fatalf("twice: %+v", p)
			}
			questions[q], statements[s], ids[p.ID] = true, true, true
		}
	})
}

func TestTheLimitOfATask(t *testing.T) {
	c := newCollection(&catalog.Schema{})
	c.pairs = make([]events.Pair, MaxQuestions)
	if c.add(pairs.Pair{Question: "one more?", SQL: "SELECT 1"}, "theme", events.SourceRules) || !c.full() {
		t.Error("taken")
	}
}
