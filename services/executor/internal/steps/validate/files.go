package validate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

func modificationsName(run *steps.Run) string { return "file_modifications_" + run.Stamp() + ".log" }

// write leaves the step's files.
func write(run *steps.Run, src source, o Outcome, verdicts []verdict) error {
	report, err := indented(struct {
		File    string    `json:"file"`
		Summary Outcome   `json:"summary"`
		Pairs   []verdict `json:"pairs"`
	}{src.name, o, verdicts})
	if err != nil {
		return err
	}
	prefix := "sql_validation_" + run.Stamp()
	files := []file{
		{prefix + "_report.json", report},
		{prefix + "_summary.log", []byte(summary(run.Language(), src, o, verdicts))},
	}
	if run.Request.Options.ModifyOriginalFile {
		modified, err := modify(run, src, verdicts)
		if err != nil {
			return err
		}
		files = append(files, modified...)
	}
	for _, f := range files {
		if err := run.Out.WriteFile(f.name, f.data); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

type file struct {
	name string
	data []byte
}

// modify is the pair file without what is invalid, and what tells of it. A file
// of which nothing changes is left alone.
func modify(run *steps.Run, src source, verdicts []verdict) ([]file, error) {
	var kept []pairs.Pair
	var rejected []verdict
	changed := false
	for _, v := range verdicts {
		if v.Valid || v.Repaired != "" {
			kept = append(kept, v.pair())
		} else {
			rejected = append(rejected, v)
		}
		changed = changed || !v.Valid
	}
	files := []file{
		{pairs.BackupName(src.name), src.data},
		{modificationsName(run), []byte(modifications(run.Language(), src, verdicts))},
	}
	if changed {
		data, err := pairs.Encode(kept)
		if err != nil {
			return nil, err
		}
		files = append(files, file{src.name, data})
	}
	if len(rejected) > 0 {
		data, err := indented(rejected)
		if err != nil {
			return nil, err
		}
		files = append(files, file{pairs.RejectedName(run.Database, run.Stamp()), data})
	}
	return files, nil
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// summary is counts, rate and time, and a line per pair that was refused.
func summary(lang events.Language, src source, o Outcome, verdicts []verdict) string {
	var b strings.Builder
	put := func(zh, en string, value any) { fmt.Fprintf(&b, "%s: %v\n", lang.Pick(zh, en), value) }
	put("文件", "File", src.name)
	put("SQL 总数", "SQL in total", o.Original)
	put("有效", "Valid", o.Valid)
	put("无效", "Invalid", o.Invalid)
	put("成功率", "Success rate", fmt.Sprintf("%.1f%%", 100*o.SuccessRate))
	put("修复", "Repaired", fmt.Sprintf("%d/%d", o.Repairs.Successful, o.Repairs.Attempted))
	put("重试", "Retries", o.Retries)
	put("平均每条耗时（秒）", "Average time per SQL (s)", o.AverageExecution)
	put("总耗时（秒）", "Time in total (s)", o.Duration)
	for _, v := range verdicts {
		if !v.Valid && v.Repaired == "" {
			fmt.Fprintf(&b, "#%d %s [%s] %s\n", v.Number, oneLine(v.Question), cmp.Or(v.SQLState, v.ErrorType), oneLine(v.Message))
		}
	}
	return b.String()
}

// modifications is a paragraph per pair that was changed or removed.
func modifications(lang events.Language, src source, verdicts []verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n%s: %s\n", lang.Pick("文件", "File"), src.name, lang.Pick("修改前的内容", "Earlier content"), pairs.BackupName(src.name))
	unchanged := true
	for _, v := range verdicts {
		if v.Valid {
			continue
		}
		unchanged = false
		what := lang.Pick("已删除", "removed")
		if v.Repaired != "" {
			what = lang.Pick("已修改", "changed")
		}
		fmt.Fprintf(&b, "\n#%d %s %s\n  [%s] %s\n  - %s\n", v.Number, what, oneLine(v.Question), cmp.Or(v.SQLState, v.ErrorType), oneLine(v.Message), oneLine(v.SQL))
		if v.Repaired != "" {
			fmt.Fprintf(&b, "  + %s\n", oneLine(v.Repaired))
		}
	}
	if unchanged {
		fmt.Fprintf(&b, "\n%s\n", lang.Pick("没有需要修改的内容", "nothing had to be changed"))
	}
	return b.String()
}

// oneLine keeps a text from forging lines of a log.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}
