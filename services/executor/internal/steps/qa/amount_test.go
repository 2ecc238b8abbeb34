package qa

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

func TestHowMuchIsAsked(t *testing.T) {
	for _, tt := range []struct {
		options      events.Options
		themes, each int
	}{
		{events.Options{}, 5, 10},
		{events.Options{}, 170, 10},
		{events.Options{}, 3, 17},
		{events.Options{}, 1, 30},
		{events.Options{Themes: 2, QuestionsPerTheme: 7}, 2, 7},
		{events.Options{QuestionsPerTheme: 100}, 5, 100},
	} {
		if got := New(Config{}).amount(tt.options).each(tt.themes); got != tt.each {
			t.Errorf("%+v of %d themes: %d", tt.options, tt.themes, got)
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
