package validate

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

// summary is counts, rate and time, and a line per pair that was refused.
func summary(lang events.Language, src source, o Outcome, verdicts []*verdict) string {
	var b strings.Builder
	put := func(zh, en string, value any) { fmt.Fprintf(&b, "%s: %v\n", lang.Pick(zh, en), value) }
	put("文件", "File", src.name)
	put("SQL 总数", "SQL in total", o.Original)
	put("有效", "Valid", o.Valid)
	put("无效", "Invalid", o.Invalid)
	put("结果为空（有效）", "Empty results (valid)", o.Empty)
	put("代价过高", "Too expensive", o.Verdicts.TooExpensive)
	put("重复", "Duplicates", o.Duplicates)
	put("人工拒绝", "Rejected by people", o.Rejected)
	put("成功率", "Success rate", fmt.Sprintf("%.1f%%", 100*o.SuccessRate))
	put("修复", "Repaired", fmt.Sprintf("%d/%d", o.Repairs.Successful, o.Repairs.Attempted))
	put("重试", "Retries", o.Retries)
	put("平均每条耗时（秒）", "Average time per SQL (s)", o.AverageExecution)
	put("总耗时（秒）", "Time in total (s)", o.Duration)
	for _, v := range verdicts {
		switch {
		case v.Repaired != "":
			fmt.Fprintf(&b, "%s %s\n%s", v.head(), lang.Pick("已修复", "repaired"), indent(v.Diff))
		case v.Suggested != "":
			fmt.Fprintf(&b, "%s %s\n%s", v.head(), lang.Pick("建议修改（由人工编写或通过，未改动）", "a change is suggested (people wrote or approved it, and it stays)"), indent(v.Diff))
		case v.Verdict == events.VerdictEmpty:
			fmt.Fprintf(&b, "#%d %s [%s]\n", v.Number, text.OneLine(v.Question), lang.Pick("结果为空", "empty result"))
		case !v.passes(false):
			fmt.Fprintf(&b, "%s\n", v.head())
		}
	}
	return b.String()
}

// head is which pair it is, and what is wrong with it.
func (v *verdict) head() string {
	return fmt.Sprintf("#%d %s %s", v.Number, text.OneLine(v.Question), v.reason())
}

func (v *verdict) reason() string {
	return strings.TrimSpace(fmt.Sprintf("[%s] %s", cmp.Or(v.SQLState, v.ErrorType, v.Verdict), text.OneLine(v.Message)))
}

// modifications is a paragraph per pair that was changed, removed or added.
func modifications(lang events.Language, src source, verdicts []*verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n%s: %s\n", lang.Pick("文件", "File"), src.name, lang.Pick("修改前的内容", "Earlier content"), pairs.BackupName(src.name))
	unchanged := true
	for _, v := range verdicts {
		if !v.changes() {
			continue
		}
		unchanged = false
		b.WriteString(v.modification(lang))
	}
	if unchanged {
		fmt.Fprintf(&b, "\n%s\n", lang.Pick("没有需要修改的内容", "nothing had to be changed"))
	}
	return b.String()
}

func (v *verdict) modification(lang events.Language) string {
	title := func(what string) string {
		return fmt.Sprintf("\n#%d %s %s\n", v.Number, what, text.OneLine(v.Question))
	}
	switch {
	case v.passes(true) && v.Repaired != "":
		return title(lang.Pick("已修改", "changed")) + "  " + v.reason() + "\n" + indent(v.Diff)
	case v.passes(true) && v.was == nil:
		return title(lang.Pick("已添加", "added")) + "  + " + text.OneLine(v.SQL) + "\n"
	case v.passes(true):
		return title(lang.Pick("已由人工修改", "changed by people")) + indent(diff(v.was.SQL, v.SQL))
	}
	return title(lang.Pick("已删除", "removed")) + "  " + v.reason() + "\n  - " + text.OneLine(v.SQL) + "\n"
}
