package events

import (
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// Level is the level of a log line.
type Level string

// The levels, lowest first.
const (
	LevelDebug    Level = "DEBUG"
	LevelInfo     Level = "INFO"
	LevelWarning  Level = "WARNING"
	LevelError    Level = "ERROR"
	LevelCritical Level = "CRITICAL"
)

var levels = []Level{LevelDebug, LevelInfo, LevelWarning, LevelError, LevelCritical}

// Levels returns all levels, lowest first.
func Levels() []Level { return slices.Clone(levels) }

// Rank orders levels: 0 for DEBUG; -1 for what is no level.
func (l Level) Rank() int { return slices.Index(levels, l) }

// Log is a batch of log lines of one execution, in their order. The address of
// a line is <stream sequence>.<index in Lines>.
type Log struct {
	TaskID string `json:"task_id"`
	// Request and Attempt are those of the run.
	Request uint64 `json:"request"`
	Attempt int    `json:"attempt"`
	// ExecutionID is empty for lines outside any step.
	ExecutionID string `json:"execution_id,omitempty"`
	// FirstLine counts the lines that this attempt logged before, in all of its
	// executions. A batch that begins below what was seen is a repeat.
	FirstLine uint64 `json:"first_line"`
	Lines     []Line `json:"lines"`
}

// Line is one log line.
type Line struct {
	Time     time.Time `json:"timestamp"`
	Level    Level     `json:"level"`
	Message  string    `json:"message"`
	Step     Step      `json:"step_name,omitempty"`
	Module   string    `json:"module_name,omitempty"`
	Function string    `json:"function_name,omitempty"`
	// Extra holds the structured fields of the line.
	Extra json.RawMessage `json:"extra_data,omitempty"`
	// Truncated says that the message was longer than MaxLineBytes.
	Truncated bool `json:"truncated,omitempty"`
}

func (*Log) Type() Type     { return TypeLog }
func (e *Log) Task() string { return e.TaskID }

// Level is the highest level of the lines, LevelInfo where there are none.
func (e *Log) Level() Level {
	if len(e.Lines) == 0 {
		return LevelInfo
	}
	return slices.MaxFunc(e.Lines, func(a, b Line) int { return a.Level.Rank() - b.Level.Rank() }).Level
}

func (e *Log) Validate() error {
	faults := []error{
		Run{TaskID: e.TaskID, Request: e.Request, Attempt: e.Attempt}.validate(),
		field("execution_id", len(e.ExecutionID) <= 128),
		field("lines", len(e.Lines) > 0 && len(e.Lines) <= MaxLines),
	}
	for _, l := range e.Lines {
		faults = append(faults, l.validate())
	}
	return check(errors.Join(faults...))
}

func (l Line) validate() error {
	return check(
		field("timestamp", !l.Time.IsZero()),
		field("level", l.Level.Rank() >= 0),
		field("message", len(l.Message) <= MaxLineBytes),
		field("step_name", l.Step == "" || l.Step.Valid()),
		field("module_name", len(l.Module) <= 255),
		field("function_name", len(l.Function) <= 255),
		field("extra_data", validJSON(l.Extra, MaxLineBytes)),
	)
}
