package app

import (
	"encoding/json"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/progress"
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// view is the view that fits where output goes.
func (t terminal) view() progress.View {
	if t.isTerm {
		return progress.NewBars(t.out, t.lang)
	}
	return &progress.Plain{Out: t.out, Language: t.lang}
}

// numbers are what a summary says of the steps' results.
type numbers struct {
	Tables      int            `json:"total_tables"`
	Questions   int            `json:"total_questions"`
	Original    int            `json:"original_sql_count"`
	Valid       int            `json:"valid_sql_count"`
	SuccessRate *float64       `json:"success_rate"`
	Records     int            `json:"total_records"`
	ByType      map[string]int `json:"data_type_counts"`
}

// read adds what a step's result says.
func (n *numbers) read(s projection.Step) {
	if len(s.Result) > 0 {
		_ = json.Unmarshal(s.Result, n) // a result of another form says nothing here
	}
}

// summary says how a task ended.
func summary(t terminal, task projection.Task) {
	var n numbers
	for _, name := range events.Steps() {
		n.read(task.Steps[name])
	}
	t.say("任务%s：%d 张表，%d 个问题，%d/%d 条 SQL 有效，%d 条训练数据，%d 条警告", "Task %s: %d tables, %d questions, %d of %d statements valid, %d records loaded, %d warnings",
		progress.StatusName(task.Status, t.lang), n.Tables, n.Questions, n.Valid, n.Original, n.Records, task.Warnings())
	if f := task.Failure; f != nil {
		t.complain("%s（%s）", "%s (%s)", f.Message, f.ErrorType)
	}
	t.say("文件：%s", "Files: %s", task.OutputDirectory)
}
