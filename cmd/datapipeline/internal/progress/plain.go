package progress

import (
	"fmt"
	"io"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// Plain writes a line for whatever happens: the view for files and pipes.
type Plain struct {
	Out      io.Writer
	Language events.Language

	last projection.Task
}

// Task writes a line when a step or the task changes its state.
func (p *Plain) Task(t projection.Task) {
	for _, name := range events.Steps() {
		if was, is := p.last.Steps[name], t.Steps[name]; was.Status != is.Status && is.Status != projection.Pending {
			fmt.Fprintf(p.Out, "%s %3d%% %s: %s\n", clock(), t.Progress(), StepName(name, p.Language), StatusName(is.Status, p.Language))
		}
	}
	if p.last.Status != t.Status {
		fmt.Fprintf(p.Out, "%s %3d%% %s: %s\n", clock(), t.Progress(), t.ID, StatusName(t.Status, p.Language))
	}
	p.last = t
}

// Line writes warnings and what is worse.
func (p *Plain) Line(l events.Line) {
	if l.Level.Rank() >= events.LevelWarning.Rank() {
		fmt.Fprintf(p.Out, "%s %s %s\n", clock(), l.Level, l.Message)
	}
}

// Close has nothing to tidy.
func (p *Plain) Close() {}

func clock() string { return time.Now().Format(time.TimeOnly) }

// StepName is a step's name as people read it.
func StepName(s events.Step, lang events.Language) string {
	switch s {
	case events.StepDDL:
		return lang.Pick("表结构文档", "Table documents")
	case events.StepQA:
		return lang.Pick("问答对生成", "Questions with SQL")
	case events.StepValidation:
		return lang.Pick("SQL 验证", "SQL validation")
	case events.StepLoad:
		return lang.Pick("训练数据加载", "Training data load")
	}
	return string(s)
}

// StatusName is a status as people read it.
func StatusName(s projection.Status, lang events.Language) string {
	switch s {
	case projection.Pending:
		return lang.Pick("等待中", "pending")
	case projection.InProgress, projection.Running:
		return lang.Pick("进行中", "running")
	case projection.PartialCompleted:
		return lang.Pick("部分完成", "partly completed")
	case projection.Completed:
		return lang.Pick("已完成", "completed")
	case projection.Failed:
		return lang.Pick("失败", "failed")
	case projection.Cancelled:
		return lang.Pick("已取消", "cancelled")
	case projection.Skipped:
		return lang.Pick("已跳过", "skipped")
	}
	return string(s)
}
