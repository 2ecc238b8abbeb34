package events

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

var taskID = regexp.MustCompile(`^(task|manual)_[0-9]{8}_[0-9]{6}(_[0-9a-f]{4})?$`)

// ValidTaskID says whether id has the form of a task id: task_ or manual_, the
// time as YYYYMMDD_HHMMSS, and where that was taken _ and four hex digits.
func ValidTaskID(id string) bool { return taskID.MatchString(id) }

// NewTaskID returns the id of a task begun at t, which carries the
// deployment's time zone; prefix is "task", or "manual" from the command line,
// suffix empty or four hex digits where the plain id is taken.
func NewTaskID(prefix string, t time.Time, suffix string) string {
	id := prefix + "_" + t.Format("20060102_150405")
	if suffix != "" {
		id += "_" + suffix
	}
	return id
}

// ExecutionID returns the id of the execution of a step that starts at t:
// {task_id}_step_{step}_exec_{time with milliseconds}. The step "complete"
// stands for a whole request.
func ExecutionID(task, step string, t time.Time) string {
	ms := strings.Replace(t.Format("20060102_150405.000"), ".", "_", 1)
	return fmt.Sprintf("%s_step_%s_exec_%s", task, step, ms)
}
