package events

import (
	"regexp"
	"strings"
	"time"
)

// NoTask stands where a task's id would, in the subject of an event that is
// about no task.
const NoTask = "_"

// MaxTrainingIDs is the greatest number of documents that a scope names.
const MaxTrainingIDs = 1000

// TrainingScope says which training data is meant. Exactly one field is set.
type TrainingScope struct {
	// Database is all that was loaded for a business database: its identity,
	// host:port/name in lower case.
	Database string `json:"database,omitempty"`
	// TaskID is what this task and no other loaded.
	TaskID string `json:"task_id,omitempty"`
	// LoadID is what this load (see LoadID) brought and no other task loaded too.
	LoadID string `json:"load_id,omitempty"`
	// IDs are single documents, at most MaxTrainingIDs.
	IDs []string `json:"ids,omitempty"`
}

// Task is the task of the scope, or of its load, or else NoTask.
func (s TrainingScope) Task() string {
	switch task, _, _ := strings.Cut(s.LoadID, loadInfix); {
	case s.TaskID != "":
		return s.TaskID
	case task != "":
		return task
	}
	return NoTask
}

func (s TrainingScope) validate() error {
	set := 0
	for _, is := range []bool{s.Database != "", s.TaskID != "", s.LoadID != "", len(s.IDs) > 0} {
		if is {
			set++
		}
	}
	return check(
		field("scope", set == 1),
		field("database", s.Database == "" || strings.Contains(s.Database, "/") && len(s.Database) <= 512),
		field("task_id", s.TaskID == "" || ValidTaskID(s.TaskID)),
		field("load_id", s.LoadID == "" || ValidLoadID(s.LoadID)),
		field("ids", validDocumentIDs(s.IDs)),
	)
}

func validDocumentIDs(ids []string) bool {
	for _, id := range ids {
		if id == "" || len(id) > 128 {
			return false
		}
	}
	return len(ids) <= MaxTrainingIDs
}

const loadInfix = "_load_"

var loadID = regexp.MustCompile(`^(task|manual)_[0-9]{8}_[0-9]{6}(_[0-9a-f]{4})?_load_[0-9]{8}_[0-9]{6}$`)

// LoadID names what a request's training_load brings into the vector store, the
// same in all attempts; at is the request's stream time in the deployment's time
// zone.
func LoadID(task string, at time.Time) string {
	return task + loadInfix + at.Format("20060102_150405")
}

// ValidLoadID says whether id has the form of LoadID's.
func ValidLoadID(id string) bool { return loadID.MatchString(id) }

// TrainingDone is what the answers to a request have in common.
type TrainingDone struct {
	TrainingScope
	// Request is the stream sequence of the request.
	Request uint64 `json:"request"`
	Actor   string `json:"actor"`
	// Rows is how many documents it concerned.
	Rows int64 `json:"rows"`
}

func (d TrainingDone) Validate() error {
	return check(d.validate(), field("request", d.Request > 0), field("actor", len(d.Actor) <= 255), field("rows", d.Rows >= 0))
}
