package app

import "github.com/citu/datapipeline/events"

const (
	descriptionZH = "把业务 PostgreSQL 数据库变成 Text-to-SQL 训练数据。"
	descriptionEN = "Turns a business PostgreSQL database into training data for text-to-SQL."
)

// texts are the help texts, in Chinese and in English.
var texts = map[string][2]string{
	"help_up":      {"在一个进程中启动全部服务。", "Run all services in one process."},
	"help_run":     {"不启动服务，直接执行一个任务。", "Run one task without a server."},
	"help_lang":    {"界面语言，默认取自系统区域设置。", "Language of the messages; the locale's by default."},
	"help_version": {"显示版本。", "Show the version."},

	"help_data_dir": {"内嵌数据库、消息流与密钥的存放目录。", "Folder of the embedded database, the streams and the keys."},
	"help_http":     {"REST 接口的监听地址。", "Address of the REST interface."},
	"help_nats":     {"内嵌 NATS 对外的监听地址，例如 127.0.0.1:4222；默认仅进程内可用。", "Address where the embedded NATS listens for others, such as 127.0.0.1:4222; nowhere by default."},
	"help_sample":   {"创建示例业务数据库并执行一个完整任务。", "Make a sample business database and run a complete task on it."},
	"help_verbose":  {"在标准错误输出服务日志。", "Write the services' logs to stderr."},

	"help_db_connection":   {"业务数据库连接串；建议改用环境变量 DP_DB_CONNECTION。", "Connection string of the business database; better given as DP_DB_CONNECTION."},
	"help_table_list":      {"表清单文件，每行或逗号分隔一个表名。", "File with the tables, one a line or separated by commas."},
	"help_context":         {"业务背景说明；以 @ 开头则读取该文件。", "What the database is about; @FILE reads it from a file."},
	"help_output_dir":      {"输出目录，文件位于其下的 <任务 ID>/；指定 --task-id 或只执行单步时直接位于该目录。", "Folder of the output; files are in <task id>/ below it, or in itself with --task-id or a single step."},
	"help_task_id":         {"任务 ID（manual_YYYYMMDD_HHMMSS），默认按当前时间生成。", "Id of the task (manual_YYYYMMDD_HHMMSS); made from the time by default."},
	"help_no_tracking":     {"不在 DP_NATS_URL 上登记该任务。", "Do not track the task at DP_NATS_URL."},
	"help_mode":            {"complete 执行全部步骤，single 只执行一步。", "complete runs all steps, single one of them."},
	"help_single_step":     {"要执行的步骤，1 至 4。", "The step to run, 1 to 4."},
	"help_skip_validation": {"跳过 SQL 验证。", "Skip the validation of the SQL."},
	"help_no_repair":       {"不修复无效的 SQL。", "Do not repair invalid SQL."},
	"help_no_modify":       {"不修改问答对文件。", "Leave the pair file as it is."},
	"help_skip_load":       {"跳过训练数据加载。", "Skip the loading of the training data."},
}

// help returns the help texts in a language, by the names that the command
// line uses.
func help(lang events.Language) map[string]string {
	vars := make(map[string]string, len(texts))
	for name, text := range texts {
		vars[name] = lang.Pick(text[0], text[1])
	}
	return vars
}
