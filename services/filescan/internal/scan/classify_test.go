package scan_test

import (
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/filescan/internal/scan"
)

func TestFilesAreClassedByTheirNames(t *testing.T) {
	for name, want := range map[string]struct {
		kind    string
		primary bool
		says    string
	}{
		"orders.ddl":                                 {events.FileDDL, false, "建表语句"},
		"public_types.ddl":                           {events.FileDDL, false, "类型、序列与函数"},
		"orders_detail.md":                           {events.FileMD, false, "表的说明文档"},
		"metadata_detail.md":                         {events.FileMD, false, "主题表的说明文档"},
		"qs_shop_20250701_143052_pair.json":          {events.FileJSON, true, "问答对"},
		"qs_shop_20250701_143052_rejected.json":      {events.FileJSON, false, "被剔除的问答对及原因"},
		"qs_shop_20250701_143052_pair.json.backup":   {events.FileOther, false, "修改前的问答对"},
		"sql_validation_20250701_143052_summary.log": {events.FileLog, true, "SQL 验证摘要"},
		"metadata.txt":                               {events.FileTXT, true, "业务主题"},
		"task_result.json":                           {events.FileJSON, false, "任务结果"},
		"quality_report.md":                          {events.FileMD, true, "质量报告"},
		"quality_report.json":                        {events.FileJSON, true, "质量报告（供程序读取）"},
		"pair_verdicts.json":                         {events.FileJSON, false, "全部问答对及校验结果"},
		"schema_changes.json":                        {events.FileJSON, false, "与上次任务相比的结构变化"},
		"sql_validation_20250701_143052_report.json": {events.FileJSON, false, "SQL 验证报告"},
		"langchain_pg_embedding_20250701_143052.csv": {events.FileCSV, false, "加载前的向量库备份"},
		"README": {events.FileOther, false, ""},
	} {
		if got := scan.FileType(name); got != want.kind {
			t.Errorf("FileType(%q) = %q, want %q", name, got, want.kind)
		}
		if got := scan.IsPrimary(name); got != want.primary {
			t.Errorf("IsPrimary(%q) = %v", name, got)
		}
		if got := scan.Describe(name, events.Chinese); got != want.says {
			t.Errorf("Describe(%q) = %q, want %q", name, got, want.says)
		}
	}
}
