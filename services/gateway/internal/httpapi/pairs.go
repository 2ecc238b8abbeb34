package httpapi

import (
	"cmp"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// Sizes of pages of pairs.
const (
	pairPage    = 100
	maxPairPage = 1000
)

// pairView is a pair of a task. What is not known is null.
type pairView struct {
	ID         string            `json:"pair_id"`
	Question   string            `json:"question"`
	SQL        string            `json:"sql"`
	Theme      *string           `json:"theme"`
	Tables     []string          `json:"tables"`
	Shapes     []string          `json:"shapes"`
	Difficulty *string           `json:"difficulty"`
	Source     *string           `json:"source"`
	WrittenBy  *string           `json:"written_by"`
	Reused     bool              `json:"reused"`
	Decision   *string           `json:"decision"`
	DecidedBy  *string           `json:"decided_by"`
	DecidedAt  *time.Time        `json:"decided_at"`
	Note       *string           `json:"note"`
	Check      *events.PairCheck `json:"check"`
	Version    uint64            `json:"version"`
}

func viewPair(e pairlist.Entry) pairView {
	return pairView{
		ID: e.ID, Question: e.Question, SQL: e.SQL, Theme: orNull(e.Theme),
		Tables: append([]string{}, e.Tables...), Shapes: append([]string{}, e.Shapes...), Difficulty: orNull(e.Difficulty),
		Source: orNull(e.Source), WrittenBy: orNull(e.WrittenBy), Reused: e.Reused, Decision: orNull(e.Decision), DecidedBy: orNull(e.DecidedBy),
		DecidedAt: storedOrNull(e.DecidedAt), Note: orNull(e.Note), Check: e.Check, Version: e.Version,
	}
}

// placed is an entry with its place in the list, by which pages go.
type placed struct {
	pairlist.Entry
	at int
}

func (a *API) listPairs(c *fiber.Ctx) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	f := pairlist.Filter{
		Verdicts: choices(q, "verdict", pairlist.Verdicts), Decisions: choices(q, "decision", pairlist.Decisions),
		Sources: choices(q, "source", pairlist.Sources), Theme: q.text("theme"), Table: q.text("table"), Q: q.text("q"),
	}
	p := q.paging(pairPage, maxPairPage)
	if err := q.err(); err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	list, err := a.Reads.Pairs.Load(ctx, id)
	if err != nil {
		return err
	}
	var wanted []placed
	for i, e := range list.Entries {
		if f.Wants(e) {
			wanted = append(wanted, placed{e, i})
		}
	}
	page, err := read.Cut("pairs", wanted, p, func(e placed) int { return e.at }, cmp.Compare[int])
	if err != nil {
		return err
	}
	data := listing("pairs", mapped(page, func(e placed) pairView { return viewPair(e.Entry) }))
	data["total"], data["counts"] = len(wanted), countPairs(list.Entries)
	data["version"], data["file"] = list.Version(), orNull(list.File)
	return respond(c, fiber.StatusOK, done, data)
}

// pairCounts are over all pairs of a task.
type pairCounts struct {
	Pairs     int            `json:"pairs"`
	Verdicts  map[string]int `json:"verdicts"`
	Decisions map[string]int `json:"decisions"`
	Sources   map[string]int `json:"sources"`
}

func countPairs(entries []pairlist.Entry) pairCounts {
	n := pairCounts{Pairs: len(entries), Verdicts: map[string]int{}, Decisions: map[string]int{}, Sources: map[string]int{}}
	for _, e := range entries {
		n.Verdicts[pairlist.Verdict(e)]++
		n.Decisions[pairlist.Decision(e)]++
		if e.Source != "" {
			n.Sources[e.Source]++
		}
	}
	return n
}
