package validate

import (
	"sync"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// teller returns what tells people of a verdict, from any goroutine.
func teller(run *steps.Run, total int) func(*verdict) {
	var mu sync.Mutex
	done := 0
	return func(v *verdict) {
		mu.Lock()
		defer mu.Unlock()
		done++
		run.Progress(done, total)
		tell(run, v)
	}
}

func tell(run *steps.Run, v *verdict) {
	lang := run.Language()
	fields := []zap.Field{
		zap.Int("pair", v.Number), zap.String("question", v.Question), zap.String("sql", v.SQL),
		zap.String("verdict", v.Verdict), zap.String("rung", v.Rung), zap.String("error_type", v.ErrorType), zap.String("sqlstate", v.SQLState),
	}
	repaired := append(fields, zap.String("repaired_sql", v.Repaired))
	switch {
	case v.Repaired != "" && v.Valid:
		run.Log.Info(lang.Sprintf("第 %d 对已修复：原来的结果为空", "pair %d repaired: its result was empty", v.Number), repaired...)
	case v.Repaired != "":
		run.Log.Info(lang.Sprintf("第 %d 对已修复：%s", "pair %d repaired: %s", v.Number, v.Message), repaired...)
	case v.Suggested != "" && !v.Valid:
		run.Log.Warn(lang.Sprintf("第 %d 对无效：%s；由人工编写或通过，未改动，报告中有修改建议", "pair %d is invalid: %s; people wrote or approved it, so it stays, and the report suggests a change", v.Number, v.Message),
			append(fields, zap.String("suggested_sql", v.Suggested))...)
	case !v.Valid:
		run.Log.Warn(lang.Sprintf("第 %d 对无效：%s", "pair %d is invalid: %s", v.Number, v.Message), fields...)
	case v.Verdict != "" && v.Verdict != "valid":
		run.Log.Info(lang.Sprintf("第 %d 对有效，但结果为空", "pair %d is valid, and its result is empty", v.Number), fields...)
	}
}
