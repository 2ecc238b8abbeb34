package app

import "github.com/citu/datapipeline/events"

func description(lang events.Language) string {
	return lang.Pick("把业务 PostgreSQL 数据库变成 Text-to-SQL 训练数据。",
		"Turns a business PostgreSQL database into training data for text-to-SQL.")
}

// texts are the help texts, in Chinese and in English, by the names that the
// command line uses.
var texts = map[string][2]string{
	"help_up":      {"在一个进程中启动全部服务。", "Run all services in one process."},
	"help_run":     {"不启动服务，直接执行一个任务。", "Run one task without a server."},
	"help_help":    {"显示帮助。", "Show this help."},
	"help_lang":    {"界面语言，默认取自系统区域设置。", "Language of the messages; the locale's by default."},
	"help_version": {"显示版本。", "Show the version."},
	"help_verbose": {"在标准错误输出服务日志。", "Write the services' logs to stderr."},

	"help_timezone": {"任务 ID 与文件名所用的时区，例如 Asia/Shanghai；默认为系统时区。", "Time zone of the task's id and file names, such as Asia/Shanghai; the system's by default."},
	"help_data_dir": {"内嵌数据库、消息流与密钥的存放目录，默认 .data。", "Folder of the embedded database, the streams and the keys; .data by default."},
	"help_http":     {"REST 接口的监听地址，默认 :8084。", "Address of the REST interface; :8084 by default."},
	"help_nats":     {"内嵌 NATS 对外的监听地址，例如 127.0.0.1:4222；默认仅进程内可用。", "Address where the embedded NATS listens for others, such as 127.0.0.1:4222; nowhere by default."},
	"help_sample":   {"创建示例业务数据库并执行一个完整任务。", "Make a sample business database and run a complete task on it."},

	"help_db_connection":   {"业务数据库连接串，必填；含密码时建议改用环境变量。", "Connection string of the business database, required; with a password rather in the environment."},
	"help_table_list":      {"表清单文件，每行或逗号分隔一个表名；只执行第 2 至 4 步时可省略。", "File with the tables, one a line or separated by commas; steps 2 to 4 alone need none."},
	"help_context":         {"业务背景说明；以 @ 开头则读取该文件。", "What the database is about; @FILE reads it from a file."},
	"help_output_dir":      {"输出目录，必填；文件位于其下的 <任务 ID>/，指定 --task-id 或只执行单步时直接位于该目录。", "Folder of the output, required; files are in <task id>/ below it, or in itself with --task-id or a single step."},
	"help_task_id":         {"任务 ID，形如 manual_20250701_143052，默认按当前时间生成。", "Id of the task, such as manual_20250701_143052; made from the time by default."},
	"help_no_tracking":     {"不在 DP_NATS_URL 上登记该任务。", "Do not track the task at DP_NATS_URL."},
	"help_mode":            {"complete 执行全部步骤（默认），single 只执行一步。", "complete runs all steps (the default), single one of them."},
	"help_single_step":     {"要执行的步骤：1 表结构文档，2 问答对生成，3 SQL 验证，4 训练数据加载。", "The step to run: 1 table documents, 2 questions with SQL, 3 SQL validation, 4 training data load."},
	"help_skip_validation": {"跳过 SQL 验证。", "Skip the validation of the SQL."},
	"help_no_repair":       {"不修复无效的 SQL。", "Do not repair invalid SQL."},
	"help_no_modify":       {"不修改问答对文件。", "Leave the pair file as it is."},
	"help_skip_load":       {"跳过训练数据加载。", "Skip the loading of the training data."},

	"help_masking":   {"示例值中个人数据的处理：mask 脱敏（默认），schema_only 不读取任何行，off 原样显示。", "Personal data in example values: mask (the default), schema_only reads no row, off shows them as they are."},
	"help_themes":    {"提问的主题数，1 至 200，不会超过；默认 5，表多时更多，使每张表都被问到。", "How many themes questions are asked about, 1 to 200, and no more; by default 5, or more where it takes more to ask about every table."},
	"help_questions": {"每个主题平均的问题数，1 至 100，默认 10。", "Questions per theme on average, 1 to 100; 10 by default."},
	"help_no_model":  {"即使配置了语言模型也不使用。", "Do without a language model although one is configured."},
	"help_refresh":   {"不沿用同一数据库上次任务的结果。", "Take nothing over from an earlier task on the same database."},
	"help_approved":  {"只加载经人工批准的问答对。", "Load the pairs that people approved and no others."},
	"help_backup":    {"加载前把向量库的表备份为 CSV。", "Keep the vector store's tables as CSV before anything is loaded."},

	"about_up": {
		"PostgreSQL 与 NATS 默认内嵌，数据保存在 --data-dir；设置 DP_DATABASE_URL 或 DP_NATS_URL 则改用已有的服务。其余设置取自各服务的 DP_ 环境变量。Ctrl-C 停止；再次启动时接着原有数据继续。" + aboutModelsChinese,
		"PostgreSQL and NATS are embedded, with their data in --data-dir; DP_DATABASE_URL or DP_NATS_URL name others to use instead. Everything else comes from the DP_ environment variables of the services. Ctrl-C stops; the next start carries on with the data." + aboutModelsEnglish},
	"about_run": {
		"设置 DP_NATS_URL 时任务在该处登记，否则只在本进程内执行。训练数据写入 DP_VECTOR_DATABASE_URL，未设置时写入 --data-dir 中内嵌的 PostgreSQL。" + aboutModelsChinese + "\n\n退出码：0 完成，1 完成但有效 SQL 少于 80 %，2 失败，64 用法有误。",
		"With DP_NATS_URL the task is tracked there, otherwise it stays in this process. Training data goes to DP_VECTOR_DATABASE_URL, or else to an embedded PostgreSQL in --data-dir." + aboutModelsEnglish + "\n\nExit codes: 0 done, 1 done with fewer than 80 % valid SQL, 2 failed, 64 bad usage."},
}

// helpTexts returns the help texts in a language.
func helpTexts(lang events.Language) map[string]string {
	vars := make(map[string]string, len(texts))
	for name, text := range texts {
		vars[name] = lang.Pick(text[0], text[1])
	}
	return vars
}
