package events

import (
	"regexp"
	"slices"
	"time"
)

// Bounds of what people say about pairs.
const (
	// MaxPeoplePairs is the number of pairs of a task that people can touch.
	MaxPeoplePairs = 10_000
	// MaxQuestion, MaxSQL and MaxNote are in bytes.
	MaxQuestion = 16 << 10
	MaxSQL      = 256 << 10
	MaxNote     = 4 << 10
	// MaxPairTables is the number of tables that a pair names.
	MaxPairTables = 200
)

var pairID = regexp.MustCompile(`^p_[0-9a-f]{16}$`)

// ValidPairID says whether id has the form of a pair's: p_ and 16 hex digits.
func ValidPairID(id string) bool { return pairID.MatchString(id) }

// PairChange is what all events about a pair carry: who did it, and the pair's
// text as it is from then on. A note stays until an event carries another.
type PairChange struct {
	TaskID   string `json:"task_id"`
	PairID   string `json:"pair_id"`
	Question string `json:"question"`
	SQL      string `json:"sql"`
	Theme    string `json:"theme,omitempty"`
	// Tables, Shapes and Difficulty describe the SQL as Pair's do; absent where
	// nobody looked.
	Tables     []string `json:"tables,omitempty"`
	Shapes     []string `json:"shapes,omitempty"`
	Difficulty string   `json:"difficulty,omitempty"`
	// Source is who wrote the text.
	Source string `json:"source"`

	Actor string    `json:"actor"`
	At    time.Time `json:"at"`
	Note  string    `json:"note,omitempty"`
}

// Task is the id of the task whose pair it is.
func (c *PairChange) Task() string { return c.TaskID }

// Change returns the change itself.
func (c *PairChange) Change() PairChange { return *c }

// PairEvent is an event about a pair.
type PairEvent interface {
	Data
	Change() PairChange
}

func (c *PairChange) validate() error {
	return check(
		field("task_id", ValidTaskID(c.TaskID)),
		field("pair_id", ValidPairID(c.PairID)),
		field("question", c.Question != "" && len(c.Question) <= MaxQuestion),
		field("sql", c.SQL != "" && len(c.SQL) <= MaxSQL),
		field("theme", len(c.Theme) <= 255),
		field("tables", len(c.Tables) <= MaxPairTables && !slices.ContainsFunc(c.Tables, func(t string) bool { return len(t) > 512 })),
		field("shapes", len(c.Shapes) <= 32 && !slices.ContainsFunc(c.Shapes, func(s string) bool { return len(s) > 64 })),
		field("difficulty", len(c.Difficulty) <= 64),
		field("source", slices.Contains([]string{SourceRules, SourceModel, SourcePerson}, c.Source)),
		field("actor", c.Actor != "" && len(c.Actor) <= 255),
		field("at", !c.At.IsZero()),
		field("note", len(c.Note) <= MaxNote),
	)
}

// validate accepts nil, which is a pair that nobody checked.
func (c *PairCheck) validate() error {
	if c == nil {
		return nil
	}
	verdicts := []string{VerdictValid, VerdictEmpty, VerdictError, VerdictTooExpensive, VerdictDuplicate}
	rungs := []string{"", RungStatement, RungNames, RungPlan, RungCost, RungRun}
	return check(
		field("check.verdict", slices.Contains(verdicts, c.Verdict)),
		field("check.rung", slices.Contains(rungs, c.Rung)),
		field("check.error_type", len(c.ErrorType) <= 64),
		field("check.sqlstate", len(c.SQLState) <= 5),
		field("check.message", len(c.Message) <= MaxMessage),
		field("check.hint", len(c.Hint) <= MaxMessage),
		field("check.position", c.Position >= 0),
		field("check.original_sql", len(c.OriginalSQL) <= MaxSQL),
		field("check.diff", len(c.Diff) <= MaxSQL),
		field("check.cost", c.Cost >= 0),
	)
}
