package progress

import (
	"encoding/json"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

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

// lineText is a log line as people read it.
func lineText(l events.Line, lang events.Language) string {
	level := ""
	switch rank := l.Level.Rank(); {
	case rank >= events.LevelError.Rank():
		level = lang.Pick("错误：", "error: ")
	case rank >= events.LevelWarning.Rank():
		level = lang.Pick("警告：", "warning: ")
	}
	return clock(l.Time) + " " + level + l.Message
}

func clock(t time.Time) string { return t.Local().Format(time.TimeOnly) }

// notable says whether a line is shown: warnings and what is worse, and what the
// task waits for.
func notable(l events.Line) bool { return l.Level.Rank() >= events.LevelWarning.Rank() || waits(l) }

func waits(l events.Line) bool {
	var extra struct {
		Wait float64 `json:"wait_seconds"`
	}
	return len(l.Extra) > 0 && json.Unmarshal(l.Extra, &extra) == nil && extra.Wait > 0
}
