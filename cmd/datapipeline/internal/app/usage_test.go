package app_test

import (
	"strings"
	"testing"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/app"
)

// TestUsage says every fault at once, in the language asked for.
func TestUsage(t *testing.T) {
	gbk := file(t, "gbk.txt", "\xb8\xdf\xcb\xd9")
	good := []string{"--db-connection=postgres://ann@db/shop", "--table-list=" + file(t, "tables.txt", "sale"), "--output-dir=" + t.TempDir()}
	for _, c := range []struct {
		name   string
		args   []string
		zh, en []string
	}{
		{"nothing given", []string{"run"},
			[]string{"缺少 --db-connection", "缺少 --table-list", "缺少 --output-dir"},
			[]string{"--db-connection is missing", "--table-list is missing", "--output-dir is missing"}},
		{"all wrong", []string{"run", "--db-connection=mysql://x", "--table-list=nope", "--business-context=@" + gbk, "--task-id=1", "--execution-mode=half", "--timezone=Mars/Base"},
			[]string{"Mars/Base", "连接串", "文件 nope 不存在", "不是 UTF-8", "--task-id", "应为 complete 或 single", "缺少 --output-dir"},
			[]string{"is no time zone", "connection string", "there is no file nope", "not UTF-8", "--task-id", "it is complete or single", "--output-dir is missing"}},
		{"a step of a complete run", append([]string{"run", "--single-step=2"}, good...), []string{"--single-step 只能"}, []string{"--single-step goes with"}},
		{"a single run of no step", append([]string{"run", "--execution-mode=single"}, good...), []string{"需要用 --single-step"}, []string{"needs the step"}},
		{"a step that there is not", append([]string{"run", "--execution-mode=single", "--single-step=5"}, good...), []string{"应为 1 至 4"}, []string{"it is 1 to 4"}},
		{"a step that is skipped", append([]string{"run", "--execution-mode=single", "--single-step=3", "--skip-validation"}, good...), []string{"矛盾"}, []string{"contradicts"}},
		{"options beyond their bounds", append([]string{"run", "--masking=some", "--themes=0", "--questions-per-theme=101"}, good...),
			[]string{"--masking \"some\"：应为", "--themes 0：应为 1 至 200", "--questions-per-theme 101：应为 1 至 100"},
			[]string{"--masking \"some\": it is", "--themes 0: it is 1 to 200", "--questions-per-theme 101: it is 1 to 100"}},
		{"an empty list", append([]string{"run"}, append(good, "--table-list="+file(t, "none.txt", "\n"))...), []string{"没有表名"}, []string{"names no table"}},
		{"too many tables", append([]string{"run"}, append(good, "--table-list="+file(t, "many.txt", strings.Repeat("t\n", 1001)))...), []string{"超出限制", "tables"}, []string{"beyond a limit", "tables"}},
		{"no such flag", []string{"run", "--nope"}, []string{"命令行有误", "--nope"}, []string{"bad usage", "--nope"}},
		{"no such command", []string{"walk"}, []string{"命令行有误"}, []string{"bad usage"}},
		{"no address", []string{"up", "--http=8084", "--nats=x"}, []string{"--http", "--nats"}, []string{"--http", "--nats"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for lang, wants := range map[string][]string{"zh-CN": c.zh, "en": c.en} {
				var out, errOut printed
				if code := app.Main(t.Context(), append(c.args, "--lang", lang), &out, &errOut); code != app.ExitUsage {
					t.Errorf("exit code %d, want %d: %s%s", code, app.ExitUsage, &out, &errOut)
				}
				for _, want := range wants {
					if !strings.Contains(errOut.String(), want) {
						t.Errorf("the message lacks %q: %s", want, &errOut)
					}
				}
			}
		})
	}
	var out, errOut printed
	if code := app.Main(t.Context(), []string{"up", "--lang=fr"}, &out, &errOut); code != app.ExitUsage || !strings.Contains(errOut.String(), `"fr"`) {
		t.Errorf("a language that there is not: %d %s", code, &errOut)
	}
}
