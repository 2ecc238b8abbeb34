package httpapi

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/command"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
)

// maxPersonSQL is the size of SQL that a person writes.
const maxPersonSQL = 48 << 10

// changedPair is the data of a change of one pair.
type changedPair struct {
	Pair    pairView `json:"pair"`
	Changed bool     `json:"changed"`
	// Unchecked says why nobody looked at new SQL; null where somebody did.
	Unchecked *events.Failure `json:"unchecked"`
	// SameSQL are other pairs of the task that have a new pair's SQL.
	SameSQL []string `json:"same_sql"`
}

func viewChanged(o command.Outcome) changedPair {
	return changedPair{viewPair(o.Entry), o.Changed, o.Unchecked, append([]string{}, o.SameSQL...)}
}

func (a *API) addPair(c *fiber.Ctx) error {
	id, o, err := pairCall(c)
	if err != nil {
		return err
	}
	o.Require("question", "sql")
	n := command.NewPair{
		Actor: readActor(c, o), Question: strings.TrimSpace(o.Filled("question", events.MaxQuestion)),
		SQL: strings.TrimSpace(o.Filled("sql", maxPersonSQL)), Theme: o.Filled("theme", maxName), Note: o.Text("note", events.MaxNote),
		AllowInvalid: o.Bool("allow_invalid", false), Language: language(c),
	}
	if err := o.Finish(); err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	out, err := a.Commands.AddPair(ctx, id, n)
	if err != nil {
		return err
	}
	status, m := fiber.StatusCreated, message{"问答对已添加。", "The pair is added."}
	switch {
	case !out.Changed:
		status, m = fiber.StatusOK, message{"该问答对已存在，未作改动。", "The task has this pair already; nothing changed."}
	case out.Unchecked != nil:
		m = message{"问答对已添加，但 SQL 未能当场校验，将在下次 sql_validation 时校验。", "The pair is added. Its SQL could not be checked now; the next sql_validation will."}
	}
	return respond(c, status, m, viewChanged(out))
}

func (a *API) patchPair(c *fiber.Ctx) error {
	id, o, err := pairCall(c)
	if err != nil {
		return err
	}
	pairID := c.Params("pair_id")
	if !events.ValidPairID(pairID) {
		return apierr.New(apierr.InvalidPairID)
	}
	p := command.PairPatch{
		Actor: readActor(c, o), Question: readText(o, "question", events.MaxQuestion), SQL: readText(o, "sql", maxPersonSQL),
		Decision: readDecision(o), Note: readNote(o), Version: readVersion(o),
		AllowInvalid: o.Bool("allow_invalid", false), Language: language(c),
	}
	if p.Question == nil && p.SQL == nil && p.Decision == nil {
		o.Fault("decision", apierr.OneOfRequired, "question, sql, decision")
	}
	if err := o.Finish(); err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	out, err := a.Commands.PatchPair(ctx, id, pairID, p)
	if err != nil {
		return err
	}
	m := message{"问答对已更新。", "The pair is changed."}
	switch {
	case !out.Changed:
		m = message{"问答对本就如此，未作改动。", "The pair was so already; nothing changed."}
	case out.Unchecked != nil:
		m = message{"问答对已更新，但 SQL 未能当场校验，将在下次 sql_validation 时校验。", "The pair is changed. Its SQL could not be checked now; the next sql_validation will."}
	}
	return respond(c, fiber.StatusOK, m, viewChanged(out))
}

// reviewedPairs is the data of a decision about several pairs.
type reviewedPairs struct {
	Pairs   []pairView `json:"pairs"`
	Changed int        `json:"changed"` // how many of them were not so already
}

func (a *API) reviewPairs(c *fiber.Ctx) error {
	id, o, err := pairCall(c)
	if err != nil {
		return err
	}
	r := command.Review{Actor: readActor(c, o), IDs: readPairIDs(o), Note: readNote(o), Version: readVersion(o)}
	if decision := readDecision(o); decision != nil {
		r.Decision = *decision
	} else {
		o.Require("decision")
	}
	if err := o.Finish(); err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	entries, n, err := a.Commands.ReviewPairs(ctx, id, r)
	if err != nil {
		return err
	}
	data := reviewedPairs{Pairs: make([]pairView, len(entries)), Changed: n}
	for i, e := range entries {
		data.Pairs[i] = viewPair(e)
	}
	return respond(c, fiber.StatusOK, message{"已记录审核结果。", "The decision is recorded."}, data)
}

// pairCall is the task and the body of a call about pairs.
func pairCall(c *fiber.Ctx) (string, *jsonbody.Object, error) {
	id, err := taskID(c)
	if err != nil {
		return "", nil, err
	}
	o, err := body(c)
	return id, o, err
}

// readActor reads who the caller says it is: nobody has to prove it.
func readActor(c *fiber.Ctx, o *jsonbody.Object) string {
	return cmp.Or(strings.TrimSpace(o.Filled("actor", maxName)), actor(c))
}

// readText reads a text that has to say something; nil where it is absent.
func readText(o *jsonbody.Object, name string, limit int) *string {
	if !o.Has(name) {
		return nil
	}
	text := strings.TrimSpace(o.Filled(name, limit))
	return &text
}

// readNote reads a note; null and "" take one away, nil leaves it.
func readNote(o *jsonbody.Object) *string {
	if !o.Has("note") && !o.Null("note") {
		return nil
	}
	note := o.Text("note", events.MaxNote)
	return &note
}

// readDecision reads a decision, of which null withdraws an earlier one; nil
// where it is absent.
func readDecision(o *jsonbody.Object) *string {
	if !o.Has("decision") && !o.Null("decision") {
		return nil
	}
	decision := readOneOf(o, "decision", []string{events.DecisionApproved, events.DecisionRejected})
	return &decision
}

func readVersion(o *jsonbody.Object) uint64 {
	n, _ := o.Integer("version", 0, math.MaxInt)
	return uint64(n)
}

// readPairIDs reads the ids of pairs, at least one.
func readPairIDs(o *jsonbody.Object) []string {
	o.Require("pair_ids")
	ids := o.Words("pair_ids", broker.MaxPairBatch, maxName)
	if o.Has("pair_ids") && ids != nil && len(ids) == 0 {
		o.Fault("pair_ids", apierr.Required)
	}
	if slices.ContainsFunc(ids, func(id string) bool { return !events.ValidPairID(id) }) {
		o.Fault("pair_ids", apierr.InvalidPairID)
	}
	return ids
}
