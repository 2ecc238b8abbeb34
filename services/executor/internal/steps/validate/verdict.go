package validate

import (
	"cmp"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

// verdict is what became of a pair, as the report holds it.
type verdict struct {
	Number   int    `json:"number"` // from 1, as in the file; what people added follows
	ID       string `json:"pair_id"`
	Question string `json:"question"`
	SQL      string `json:"sql"`

	// Valid and what follows are of SQL, as it stood before a repair. Verdict is
	// empty for a pair that people rejected, which was not checked.
	Valid     bool    `json:"valid"`
	Verdict   string  `json:"verdict,omitempty"`
	Rung      string  `json:"rung,omitempty"`
	ErrorType string  `json:"error_type,omitempty"`
	SQLState  string  `json:"sqlstate,omitempty"`
	Message   string  `json:"message,omitempty"`
	Hint      string  `json:"hint,omitempty"`
	Position  int     `json:"position,omitempty"`
	Cost      float64 `json:"cost,omitempty"` // where it decided
	// DuplicateOf is the number of the pair that this one is the same as.
	DuplicateOf int `json:"duplicate_of,omitempty"`

	// Repaired is SQL that passes in place of one that does not, RepairedVerdict
	// what the ladder made of it, Diff the way from one to the other.
	Repaired        string `json:"repaired_sql,omitempty"`
	RepairedVerdict string `json:"repaired_verdict,omitempty"`
	Diff            string `json:"diff,omitempty"`
	// Suggested is such SQL for a pair that people wrote or approved, whose text
	// only they change; Diff is the way to it.
	Suggested string `json:"suggested_sql,omitempty"`

	RepairAttempted  bool    `json:"repair_attempted"`
	Retries          int     `json:"retries"`
	ExecutionSeconds float64 `json:"execution_seconds"`

	entry events.Pair // what else is known of the pair
	was   *pairs.Pair // as the pair file holds it; nil for what people added
}

// find notes what the ladder made of the pair's SQL.
func (v *verdict) find(f finding) {
	c := f.check()
	v.Verdict, v.Rung, v.ErrorType, v.SQLState, v.Message, v.Hint, v.Position, v.Cost =
		c.Verdict, c.Rung, c.ErrorType, c.SQLState, c.Message, c.Hint, c.Position, c.Cost
	v.Valid = f.refusal == nil
	v.Retries += f.retries
}

// mended notes SQL that passes in place of the pair's.
func (v *verdict) mended(sql string, f finding) {
	v.Diff = diff(v.SQL, sql)
	if pairs.ByPeople(v.entry) {
		v.Suggested = sql
		return
	}
	v.Repaired, v.RepairedVerdict = sql, f.verdict()
}

// rejected reports whether people rejected the pair.
func (v *verdict) rejected() bool { return v.ErrorType == reasonRejected }

func (v *verdict) duplicate() bool { return v.Verdict == events.VerdictDuplicate }

// settled reports whether the pair needs no check.
func (v *verdict) settled() bool { return v.rejected() || v.duplicate() }

// passes reports whether the pair belongs into the pair file, which takes up
// repairs where it may be modified.
func (v *verdict) passes(modify bool) bool {
	return !v.settled() && (v.Valid || v.Repaired != "" && modify)
}

// standing is the pair's SQL after the step.
func (v *verdict) standing(modify bool) string {
	if modify {
		return cmp.Or(v.Repaired, v.SQL)
	}
	return v.SQL
}

// final is the verdict on what stands after the step.
func (v *verdict) final(modify bool) string {
	if modify && v.Repaired != "" {
		return v.RepairedVerdict
	}
	return v.Verdict
}

// pair is the pair as a modified file holds it.
func (v *verdict) pair() pairs.Pair { return pairs.Pair{Question: v.Question, SQL: v.standing(true)} }

// check is the verdict as the pair carries it from here on; nil for what was
// not checked.
func (v *verdict) check(modify bool) *events.PairCheck {
	switch {
	case v.rejected():
		return nil
	case modify && v.Repaired != "":
		return &events.PairCheck{Verdict: v.RepairedVerdict, OriginalSQL: v.SQL, Diff: v.Diff}
	}
	return &events.PairCheck{
		Verdict: v.Verdict, Rung: v.Rung, ErrorType: v.ErrorType, SQLState: v.SQLState,
		Message: v.Message, Hint: v.Hint, Position: v.Position, Cost: v.Cost,
	}
}

// seconds rounds to milliseconds.
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
