package app

import (
	"encoding/json"
	"strings"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/progress"
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// numbers are what a summary says of the steps' results.
type numbers struct {
	Tables      int      `json:"total_tables"`
	Questions   int      `json:"total_questions"`
	Original    int      `json:"original_sql_count"`
	Valid       int      `json:"valid_sql_count"`
	SuccessRate *float64 `json:"success_rate"`
	Records     int      `json:"total_records"`
}

// results reads the results of the steps that the newest request completed.
func results(t projection.Task) numbers {
	var n numbers
	for _, name := range events.Steps() {
		if done(t, name) && len(t.Steps[name].Result) > 0 {
			_ = json.Unmarshal(t.Steps[name].Result, &n) // a result of another form says nothing here
		}
	}
	return n
}

// done says whether the newest request completed a step.
func done(t projection.Task, name events.Step) bool {
	s := t.Steps[name]
	return s.Status == projection.Completed && s.RequestSeq == t.RequestSeq
}

// summary says how a task ended.
func summary(t terminal, task projection.Task) {
	parts := []string{t.lang.Sprintf("任务%s", "Task %s", progress.StatusName(task.Status, t.lang))}
	n := results(task)
	add := func(step events.Step, zh, en string, args ...any) {
		if done(task, step) {
			parts = append(parts, t.lang.Sprintf(zh, en, args...))
		}
	}
	add(events.StepDDL, "%d 张表", "%d tables", n.Tables)
	add(events.StepQA, "%d 个问题", "%d questions", n.Questions)
	add(events.StepValidation, "%d/%d 条 SQL 有效", "%d of %d statements valid", n.Valid, n.Original)
	add(events.StepLoad, "%d 条训练数据", "%d records loaded", n.Records)
	if warnings := task.Warnings(); warnings > 0 {
		parts = append(parts, t.lang.Sprintf("%d 条警告", "%d warnings", warnings))
	}
	t.say("%s", "%s", strings.Join(parts, t.lang.Pick("，", ", ")))
	for _, line := range qualityLines(task, t.lang) {
		t.say("  %s", "  %s", line)
	}
	t.say("文件：%s", "Files: %s", task.OutputDirectory)
	if f := task.Failure; f != nil {
		t.complain("%s（%s）", "%s (%s)", f.Message, f.ErrorType)
	}
}
