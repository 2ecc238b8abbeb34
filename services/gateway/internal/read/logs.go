package read

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

// LogLine is a line of a task's log.
type LogLine struct {
	Sequence    uint64          `db:"stream_seq" json:"-"`
	Index       int             `db:"line_index" json:"-"`
	Time        time.Time       `db:"timestamp" json:"timestamp"`
	Level       events.Level    `db:"log_level" json:"level"`
	Message     string          `db:"message" json:"message"`
	Step        *events.Step    `db:"step_name" json:"step_name"`
	Module      *string         `db:"module_name" json:"module_name"`
	Function    *string         `db:"function_name" json:"function_name"`
	ExecutionID *string         `db:"execution_id" json:"execution_id"`
	Extra       json.RawMessage `db:"extra_data" json:"extra_data"`
	Truncated   bool            `db:"truncated" json:"truncated"`
}

// Address is <sequence in PIPELINE_LOGS>.<index in its message>, the same in
// the live events.
func (l LogLine) Address() string {
	return strconv.FormatUint(l.Sequence, 10) + "." + strconv.Itoa(l.Index)
}

// LogFilter chooses the lines of a task. The zero value takes all.
type LogFilter struct {
	Level       events.Level // at least
	Step        events.Step
	ExecutionID string
	From, To    time.Time // logged at From or later, before To
	Q           string    // the message contains it, in any case
}

// levels are the levels of the filter, nil for all.
func (f LogFilter) levels() []events.Level {
	if f.Level.Rank() <= 0 {
		return nil
	}
	return events.Levels()[f.Level.Rank():]
}

type lineKey struct {
	Sequence uint64 `json:"s"`
	Index    int    `json:"i"`
}

func (l LogLine) key() lineKey { return lineKey{l.Sequence, l.Index} }

// Logs returns a page of a task's log lines, the oldest first, and how far it
// is behind. With tail it is the last page instead of the first. Whether there
// is such a task is not asked.
func (r *Reader) Logs(ctx context.Context, taskID string, f LogFilter, p Paging, tail bool) (Page[LogLine], *Lag, error) {
	s, err := newSpan("logs", p, LogLine.key)
	if err != nil {
		return Page[LogLine]{}, nil, err
	}
	s.back = s.back || tail && s.at == nil
	args := pgx.NamedArgs{
		"task_id": taskID, "levels": f.levels(), "step": optional(f.Step), "execution_id": optional(f.ExecutionID),
		"from": optional(f.From), "to": optional(f.To), "q": containing(f.Q), "rows": s.limit + 1,
	}
	if s.at != nil {
		args["key_seq"], args["key_index"] = s.at.Key.Sequence, s.at.Key.Index
	}
	var rows []LogLine
	lag, err := r.list(ctx, events.StreamLogs, func(ctx context.Context, tx pgx.Tx) (err error) {
		rows, err = collectPage(ctx, tx, "logs", s, args)
		return err
	})
	return s.page(rows), lag, err
}
