package app

import (
	"bytes"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// A run that read a part of its tables only does not read as a full success.
func TestSummaryOfAPartSaysSo(t *testing.T) {
	task := judged(t, `{"coverage":{"tables":{"covered":3,"total":28}}}`, `{}`)
	task.Status = projection.Completed
	task.Steps[events.StepDDL] = projection.Step{Status: projection.Completed, RequestSeq: 1,
		Result: []byte(`{"total_tables":28,"processed_successfully":3,"failed":25,"failed_tables":["a.b","a.c","a.d","a.e","a.f","a.g"]}`)}
	for lang, want := range map[events.Language][]string{
		events.English: {"Task completed, 3 of 28 tables (25 failed)", "! Incomplete: 25 tables not in the training data: a.b, a.c, a.d, a.e, a.f and 20 more; what is lacking is in ddl_generation_result.json", "Coverage: 3 of 28 tables"},
		events.Chinese: {"28 张表中的 3 张（25 张失败）", "！不完整：25 张表不在训练数据中：a.b, a.c, a.d, a.e, a.f 等（另有 20 张）", "覆盖：3/28 张表"},
	} {
		var out bytes.Buffer
		summary(terminal{lang: lang, out: &out, err: &out}, task)
		for _, text := range want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%s: the summary lacks %q:\n%s", lang, text, out.String())
			}
		}
		if code := exitCode(task); code != ExitDone {
			t.Errorf("exit code %d", code)
		}
	}
}
