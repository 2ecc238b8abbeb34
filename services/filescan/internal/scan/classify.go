package scan

import (
	"path"
	"strings"

	"github.com/citu/datapipeline/events"
)

// FileType is the type of a file by the end of its name.
func FileType(name string) string {
	switch path.Ext(name) {
	case ".ddl":
		return events.FileDDL
	case ".md":
		return events.FileMD
	case ".json":
		return events.FileJSON
	case ".log":
		return events.FileLog
	case ".txt":
		return events.FileTXT
	case ".csv":
		return events.FileCSV
	}
	return events.FileOther
}

// IsPrimary says whether a file is what most people come for: the pairs, the
// themes, the verdict, and how good it all is.
func IsPrimary(name string) bool {
	return strings.HasSuffix(name, "_pair.json") || name == "metadata.txt" || strings.HasSuffix(name, "_summary.log") ||
		name == "quality_report.json" || name == "quality_report.md"
}

// descriptions are tried in order; the first pattern that matches wins.
var descriptions = []struct{ pattern, zh, en string }{
	{"task_config.json", "任务参数（已脱敏）", "The task's parameters, secrets masked"},
	{"task_result.json", "任务结果", "The task's result"},
	{"*_result.json", "步骤结果", "A step's result"},
	{"quality_report.md", "质量报告", "How good the training data is"},
	{"quality_report.json", "质量报告（供程序读取）", "How good the training data is, for programs"},
	{"schema_snapshot.json", "数据库结构快照", "The database's structure, for comparison"},
	{"schema_changes.json", "与上次任务相比的结构变化", "What changed in the structure since the last task"},
	{"generated_comments.json", "自动补充的表与字段注释", "Comments that were written where there were none"},
	{"table_samples.json", "各表的示例值，供下次任务沿用", "Example values of the tables, for the next task"},
	{"refused_model_pairs.json", "模型给出但未采用的问答对及原因", "Pairs of the model's that were not taken, with the reason"},
	{"themes.json", "主题及其涉及的表，供下次任务沿用", "The themes with their tables, for the next task"},
	{"pair_index.json", "问答对索引：主题、涉及的表与难度", "The pairs with their themes, tables and difficulty"},
	{"pair_verdicts.json", "全部问答对及校验结果", "All pairs with what the checks found"},
	{"langchain_pg_*.csv", "加载前的向量库备份", "The vector store before the load"},
	{"data_pipeline.log", "任务日志", "The task's log"},
	{"filename_mapping.txt", "表与文件的对应关系", "Which table is in which file"},
	{"*_types.ddl", "类型、序列与函数", "Types, sequences and functions"},
	{"*_constraints.ddl", "循环引用的外键", "Foreign keys that form a circle"},
	{"*.ddl", "建表语句", "A table's definition"},
	{"metadata_detail.md", "主题表的说明文档", "The page of the themes' table"},
	{"*_detail.md", "表的说明文档", "A table's page"},
	{"metadata.txt", "业务主题", "The themes"},
	{"db_query_decision_prompt.txt", "数据库业务范围", "The database's business scope"},
	{"*_pair.json.backup", "修改前的问答对", "The pairs before they were modified"},
	{"*_pair.json", "问答对", "Questions with their SQL"},
	{"*_rejected.json", "被剔除的问答对及原因", "Rejected pairs with the reason"},
	{"*_summary.log", "SQL 验证摘要", "Summary of the validation"},
	{"*_report.json", "SQL 验证报告", "Report of the validation"},
	{"file_modifications_*.log", "问答对文件的修改记录", "What was changed in the pair file"},
}

// Describe says what a file is, in a language; empty for a file that the
// pipeline does not write.
func Describe(name string, lang events.Language) string {
	for _, d := range descriptions {
		if ok, err := path.Match(d.pattern, name); err == nil && ok {
			return lang.Pick(d.zh, d.en)
		}
	}
	return ""
}
