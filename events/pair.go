package events

import "time"

// Pair is a question with the SQL that answers it and everything that is known
// of it: an entry of pair_index.json and pair_verdicts.json.
type Pair struct {
	// ID is the same for the same question and SQL, whoever wrote them. A pair
	// that is edited or repaired keeps the ID it had first.
	ID       string `json:"pair_id"`
	Question string `json:"question"`
	SQL      string `json:"sql"`

	Theme string `json:"theme,omitempty"`
	// Tables are the tables that the SQL reads, as "schema.table", sorted.
	Tables []string `json:"tables"`
	// Shapes are what the SQL is made of, of the constants below, sorted.
	Shapes     []string `json:"shapes"`
	Difficulty string   `json:"difficulty"`
	// Source is who wrote it: SourceRules, SourceModel or SourcePerson.
	Source string `json:"source"`
	// WrittenBy is the person who wrote it, or edited it last; empty for others
	// than SourcePerson.
	WrittenBy string `json:"written_by,omitempty"`
	// Reused says that it was taken over from an earlier task on the database.
	Reused bool `json:"reused,omitempty"`

	// What people decided; empty where nobody did.
	Decision  string     `json:"decision,omitempty"`
	DecidedBy string     `json:"decided_by,omitempty"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	Note      string     `json:"note,omitempty"`

	// Check is what the validation found; nil before it.
	Check *PairCheck `json:"check,omitempty"`
}

// PairCheck is what the ladder of checks made of a pair's SQL.
type PairCheck struct {
	Verdict string `json:"verdict"`
	// Rung is the one that refused it; empty for what passed.
	Rung string `json:"rung,omitempty"`
	// ErrorType, SQLState, Message, Hint and Position (in characters of the SQL,
	// from 1) say why it was refused.
	ErrorType string `json:"error_type,omitempty"`
	SQLState  string `json:"sqlstate,omitempty"`
	Message   string `json:"message,omitempty"`
	Hint      string `json:"hint,omitempty"`
	Position  int    `json:"position,omitempty"`
	// OriginalSQL is the SQL before it was repaired, and Diff what changed, as a
	// unified diff.
	OriginalSQL string `json:"original_sql,omitempty"`
	Diff        string `json:"diff,omitempty"`
	// Cost is the planner's estimate of the whole.
	Cost float64 `json:"cost,omitempty"`
}

// Passes reports whether the SQL may be used: it reads, and runs within its
// limits, whether it finds something or not.
func (c PairCheck) Passes() bool { return c.Verdict == VerdictValid || c.Verdict == VerdictEmpty }

// The verdicts.
const (
	VerdictValid        = "valid"
	VerdictEmpty        = "empty_result"
	VerdictError        = "error"
	VerdictTooExpensive = "too_expensive"
	VerdictDuplicate    = "duplicate"
)

// The rungs of the ladder, from the bottom.
const (
	RungStatement = "statement" // one reading statement
	RungNames     = "names"     // everything it names exists
	RungPlan      = "plan"      // types fit, it can be planned
	RungCost      = "cost"      // the plan is cheap enough to run
	RungRun       = "run"       // it runs within its limits
)

// The shapes of SQL.
const (
	ShapeFilter         = "filter"
	ShapeGroup          = "group"
	ShapeJoin           = "join"      // two tables
	ShapeDeepJoin       = "deep_join" // three and more
	ShapeWindow         = "window"
	ShapeSetOperation   = "set_operation"
	ShapeDateArithmetic = "date_arithmetic"
	ShapeAntiJoin       = "anti_join"
	ShapeSubquery       = "subquery"
	ShapeOrder          = "order" // ordered and limited
)

// The difficulties.
const (
	DifficultyEasy   = "easy"
	DifficultyMedium = "medium"
	DifficultyHard   = "hard"
)

// The sources of pairs.
const (
	SourceRules  = "rules"
	SourceModel  = "model"
	SourcePerson = "person"
)

// The decisions of people about pairs.
const (
	DecisionApproved = "approved"
	DecisionRejected = "rejected"
)
