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
	TablesDone  int      `json:"processed_successfully"`
	Failed      []string `json:"failed_tables"` // some of them where they are many
	Questions   int      `json:"total_questions"`
	Original    int      `json:"original_sql_count"`
	Valid       int      `json:"valid_sql_count"`
	SuccessRate *float64 `json:"success_rate"`
	Records     int      `json:"total_records"`
}

// lacks is how many tables of the list could not be read.
func (n numbers) lacks() int { return n.Tables - n.TablesDone }

// maxNamed bounds the tables that a summary names.
const maxNamed = 5

func (n numbers) failed(lang events.Language) string {
	names := strings.Join(n.Failed[:min(len(n.Failed), maxNamed)], ", ")
	if more := n.lacks() - maxNamed; more > 0 {
		names += lang.Sprintf(" 等（另有 %d 张）", " and %d more", more)
	}
	return names
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
	if n.lacks() == 0 {
		add(events.StepDDL, "%[1]d 张表", "%[2]s", n.Tables, events.Count(n.Tables, "table"))
	} else {
		add(events.StepDDL, "%[2]d 张表中的 %[1]d 张（%[3]d 张失败）", "%[1]d of %[4]s (%[3]d failed)", n.TablesDone, n.Tables, n.lacks(), events.Count(n.Tables, "table"))
	}
	add(events.StepQA, "%[1]d 个问题", "%[2]s", n.Questions, events.Count(n.Questions, "question"))
	add(events.StepValidation, "%[1]d/%[2]d 条 SQL 有效", "%[1]d of %[3]s valid", n.Valid, n.Original, events.Count(n.Original, "statement"))
	add(events.StepLoad, "%[1]d 条训练数据", "%[2]s loaded", n.Records, events.Count(n.Records, "record"))
	if warnings := task.Warnings(); warnings > 0 {
		parts = append(parts, t.lang.Sprintf("%[1]d 条警告", "%[2]s", warnings, events.Count(warnings, "warning")))
	}
	t.say("%s", "%s", strings.Join(parts, t.lang.Pick("，", ", ")))
	if n.lacks() > 0 {
		t.say("  ！不完整：%[1]d 张表不在训练数据中：%[2]s；所缺权限见 %[3]s", "  ! Incomplete: %[4]s not in the training data: %[2]s; what is lacking is in %[3]s",
			n.lacks(), n.failed(t.lang), events.StepDDL+"_result.json", events.Count(n.lacks(), "table"))
	}
	for _, line := range qualityLines(task, t.lang) {
		t.say("  %s", "  %s", line)
	}
	t.say("文件：%s", "Files: %s", task.OutputDirectory)
	if f := task.Failure; f != nil {
		t.complain("%s（%s）", "%s (%s)", f.Message, f.ErrorType)
	}
}
