package qa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

// The bounds of a pair of the model's, in characters, and the themes that it is
// asked about at once. The session has a bound of its own on requests.
const (
	maxQuestion = 500
	maxSQL      = 8000
	maxAsking   = 8
)

// script is the model's answer about a theme.
type script struct {
	Pairs []pairs.Pair `json:"pairs"`
}

// questionPrompt is what the template questions is rendered with.
type questionPrompt struct {
	BusinessContext, Theme, Schema, Focus string
	Shapes                                []wish
	Want                                  int
}

// questions asks the model about every theme, some at once. answers waits for
// what it made of a theme, which is nothing where it failed. The caller calls
// wait when no more answers are needed; ctx ends it early.
func (m *model) questions(ctx context.Context, themes []subject) (answers func(i int) []pairs.Pair, wait func()) {
	if m.Model == nil {
		return func(int) []pairs.Pair { return nil }, func() {}
	}
	made, done := make([][]pairs.Pair, len(themes)), make([]chan struct{}, len(themes))
	gate := make(chan struct{}, maxAsking)
	var wg sync.WaitGroup
	for i := range themes {
		done[i] = make(chan struct{})
		wg.Go(func() {
			defer close(done[i])
			gate <- struct{}{}
			defer func() { <-gate }()
			if len(themes[i].kept) == 0 && ctx.Err() == nil {
				made[i] = m.about(ctx, themes[i], i)
			}
		})
	}
	return func(i int) []pairs.Pair {
		<-done[i]
		return made[i]
	}, wg.Wait
}

// about asks about the theme at a place among all.
func (m *model) about(ctx context.Context, th subject, place int) []pairs.Pair {
	what := m.Language().Sprintf("主题“%s”", "theme %q", th.Name)
	p, err := prompts.Render("questions", m.Language(), questionPrompt{
		BusinessContext: m.db.BusinessContext,
		Theme:           th.Name + "\n" + th.Description,
		Schema:          m.schemaText(th.Theme),
		Focus:           strings.Join(fullNames(th.Focus), "\n"),
		Shapes:          m.wishes(th, place),
		Want:            th.part,
	})
	if err != nil {
		m.failed(ctx, what, err)
		return nil
	}
	answer, err := llm.Ask(ctx, m.Model, p, func(a *script) error { return m.checkPairs(th.Name, a) })
	if err != nil {
		m.failed(ctx, what, err)
		return nil
	}
	return m.sift(what, th.Name, answer.Pairs, th.part)
}

// checkPairs refuses an answer of which nothing can be used, and tells why.
func (m *model) checkPairs(theme string, a *script) error {
	if len(a.Pairs) == 0 {
		return errors.New("there are no pairs")
	}
	if slices.ContainsFunc(a.Pairs, func(p pairs.Pair) bool { reason, _ := m.fault(p); return reason == "" }) {
		return nil
	}
	for _, p := range a.Pairs {
		reason, what := m.fault(p)
		m.turnDown(theme, p, reason, what)
	}
	reason, what := m.fault(a.Pairs[0])
	return fmt.Errorf("no pair can be used; the first fault is: pair 1: %s", cause(reason, what))
}

// cause is a reason with what it is about, if anything.
func cause(reason, detail string) string {
	if detail == "" {
		return reason
	}
	return reason + ": " + detail
}

// sift leaves out what does not pass, and what is beyond the number asked for;
// the log says why.
func (m *model) sift(what, theme string, list []pairs.Pair, want int) []pairs.Pair {
	var out []pairs.Pair
	for _, p := range list {
		reason, detail := m.fault(p)
		if reason == "" && len(out) >= want {
			reason = refusedNumber
		}
		if reason == "" {
			out = append(out, p)
			continue
		}
		m.refuse(reason, 1)
		m.turnDown(theme, p, reason, detail)
		m.Log.Warn(m.Language().Sprintf("%s：模型的一个问题未采用（%s）：%s", "%s: a question of the model's is not taken (%s): %s",
			what, cause(reason, detail), cutTo(p.Question, 200)))
	}
	if n := want - len(out); n > 0 {
		m.Log.Info(m.Language().Sprintf("%s：模型给出 %d 个可用的问题，其余 %d 个由规则生成", "%s: of the model's questions %d can be used; rules make the other %d", what, len(out), n))
	}
	return out
}

// fault is the reason for which a pair is not taken, and what it is about;
// empty where there is none.
func (m *model) fault(p pairs.Pair) (reason, what string) {
	n := utf8.RuneCountInString(strings.TrimSpace(p.Question))
	switch tables, columns := pairs.Unknown(p.SQL, m.schema); {
	case n < 4 || n > maxQuestion || utf8.RuneCountInString(p.SQL) > maxSQL || strings.ContainsFunc(p.Question, unicode.IsControl):
		return refusedLength, ""
	case !pairs.Reads(p.SQL):
		return refusedStatement, ""
	case len(tables) > 0:
		return refusedTable, cutTo(tables[0], 100)
	case len(columns) > 0:
		return refusedColumn, cutTo(columns[0], 100)
	case !speaks(m.Language(), p.Question):
		return refusedLanguage, ""
	}
	return "", ""
}

// speaks says whether text can be of a language: Chinese has Chinese
// characters, English more of its letters.
func speaks(language events.Language, text string) bool {
	han, latin := 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.Is(unicode.Latin, r):
			latin++
		}
	}
	if language == events.English {
		return latin > 2*han
	}
	return han > 1
}

func cutTo(text string, n int) string {
	runes := []rune(flat(text))
	return string(runes[:min(n, len(runes))])
}
