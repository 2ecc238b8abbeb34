package apierr

import "net/http"

// What the calls that change something may answer.
const (
	TaskRunning         Type = "task_running"
	TaskNotRunning      Type = "task_not_running"
	TaskExpired         Type = "task_expired"
	TaskNotInPool       Type = "task_not_in_pool"
	StepCompleted       Type = "step_already_completed"
	StepNotReady        Type = "step_not_ready"
	NothingToDo         Type = "nothing_to_do"
	ConnectionRequired  Type = "connection_required"
	ConnectionFailed    Type = "connection_failed"
	NoExecutor          Type = "no_executor"
	ExecutorFailed      Type = "executor_failed"
	SealingOff          Type = "sealing_not_configured"
	IdempotencyInFlight Type = "idempotency_in_flight"
	IdempotencyReused   Type = "idempotency_key_reused"
	TooManyTableLists   Type = "too_many_table_lists"

	InvalidDSN         Type = "invalid_connection_string"
	DSNNamesTooLong    Type = "connection_names_too_long"
	InvalidOutputDir   Type = "invalid_output_dir"
	InvalidName        Type = "invalid_name"
	InvalidKey         Type = "invalid_idempotency_key"
	OneOfRequired      Type = "one_of_required"
	OnlyOneOf          Type = "only_one_of"
	UnknownStep        Type = "unknown_step"
	StepTurnedOff      Type = "step_turned_off"
	StepWithoutSingle  Type = "step_without_single_mode"
	RangeWithSingle    Type = "range_with_single_mode"
	EmptyRange         Type = "empty_step_range"
	TableListNotFound  Type = "table_list_not_found"
	TableListNotText   Type = "table_list_not_text"
	TableListEmpty     Type = "table_list_empty"
	TableListTooMany   Type = "table_list_too_many"
	TableListTooLong   Type = "table_list_too_long"
	TableListTooLarge  Type = "table_list_too_large"
	ParametersTooLarge Type = "parameters_too_large"
)

var writes = map[Type]row{
	TaskRunning: {http.StatusConflict,
		"任务 %s 正在排队或运行，请等待结束或先取消。", "Task %s is waiting or running; wait for its end or cancel it first."},
	TaskNotRunning: {http.StatusConflict,
		"任务 %s 没有在排队或运行。", "Task %s is neither waiting nor running."},
	TaskExpired: {http.StatusGone,
		"任务 %s 的请求已过期，不能再次执行，请新建任务。", "The request of task %s has aged out and cannot be run again; create a new task."},
	TaskNotInPool: {http.StatusConflict,
		"任务 %s 由命令行运行，请用 datapipeline run 再次执行。", "Task %s was run from the command line; run it again with datapipeline run."},
	StepCompleted: {http.StatusConflict,
		"步骤 %s 已完成，若要重做请设置 force_execution。", "Step %s is completed; set force_execution to run it again."},
	StepNotReady: {http.StatusConflict,
		"步骤 %s 之前的步骤 %s 尚未完成，请先执行，或设置 force_execution。", "Before step %s, step %s has to be completed; run it first, or set force_execution."},
	NothingToDo: {http.StatusConflict,
		"任务 %s 的所有步骤都已完成，若要重做请设置 force_execution。", "Every step of task %s is done; set force_execution to run them again."},
	ConnectionRequired: {http.StatusConflict,
		"任务 %s 没有保存可用的数据库连接，请提供 db_connection 或 connection_name。", "Task %s has no usable database connection; give db_connection or connection_name."},
	ConnectionFailed: {http.StatusUnprocessableEntity,
		"无法使用该数据库连接，原因见 details。", "The database connection cannot be used; details says why."},
	NoExecutor: {http.StatusServiceUnavailable,
		"5 秒内没有执行器应答，请确认 executor 服务正在运行。", "No executor answered within 5 seconds; make sure that the executor service is running."},
	ExecutorFailed: {http.StatusBadGateway,
		"执行器处理该请求时出错，请凭 request_id 联系运维人员。", "The executor failed on this request; give the request_id to its operators."},
	SealingOff: {http.StatusServiceUnavailable,
		"未配置 DP_SEAL_RECIPIENT，不能接收 db_connection，请改用 connection_name。", "DP_SEAL_RECIPIENT is not configured, so no db_connection can be taken; use connection_name."},
	IdempotencyInFlight: {http.StatusConflict,
		"使用该 Idempotency-Key 的请求仍在处理，请稍后重试。", "A request with this Idempotency-Key is still being worked on; try again shortly."},
	IdempotencyReused: {http.StatusUnprocessableEntity,
		"该 Idempotency-Key 已用于内容不同的请求，请换一个。", "This Idempotency-Key was used for a different request; take another one."},
	TooManyTableLists: {http.StatusConflict,
		"已保存 %d 个表清单，不能再增加，请用已有名称覆盖。", "There are %d table lists already, which is the limit; replace one by using its name."},

	InvalidDSN: {http.StatusBadRequest,
		"不是可用的 PostgreSQL 连接字符串：%s。", "It is not a usable PostgreSQL connection string: %s."},
	DSNNamesTooLong: {http.StatusBadRequest,
		"连接字符串中的主机、用户或数据库名过长。", "A host, the user or the database in it has too long a name."},
	InvalidOutputDir: {http.StatusBadRequest,
		"必须是输出根目录 %s 之内的路径。", "It must be a path inside the output root %s."},
	InvalidName: {http.StatusBadRequest,
		"只能包含文字、数字、空格、“_”、“.”、“-”，且不能是路径。", "It may only have letters, digits, spaces, \"_\", \".\" and \"-\", and must not be a path."},
	InvalidKey: {http.StatusBadRequest,
		"必须是 1 到 255 个可见的 ASCII 字符。", "It must be 1 to 255 visible ASCII characters."},
	OneOfRequired: {http.StatusBadRequest,
		"%s 必须填写其中一个。", "One of %s is required."},
	OnlyOneOf: {http.StatusBadRequest,
		"%s 只能填写其中一个。", "Only one of %s may be given."},
	UnknownStep: {http.StatusBadRequest,
		"没有步骤 %q，请用 1 到 4 或 ddl_generation、qa_generation、sql_validation、training_load。", "There is no step %q; use 1 to 4 or ddl_generation, qa_generation, sql_validation, training_load."},
	StepTurnedOff: {http.StatusBadRequest,
		"步骤 %s 已被 %s = false 关闭，请二者选一。", "Step %s is turned off by %s = false; choose one of the two."},
	StepWithoutSingle: {http.StatusBadRequest,
		"只能与 execution_mode = single 一起使用。", "It goes with execution_mode = single only."},
	RangeWithSingle: {http.StatusBadRequest,
		"不能与 execution_mode = single 一起使用。", "It does not go with execution_mode = single."},
	EmptyRange: {http.StatusBadRequest,
		"所选范围内没有要执行的步骤。", "The chosen range leaves no step to run."},
	TableListNotFound: {http.StatusBadRequest,
		"没有这个表清单，请先用 POST /table_lists 上传。", "There is no such table list; upload it with POST /table_lists first."},
	TableListNotText: {http.StatusBadRequest,
		"必须是 UTF-8 文本。", "It must be text in UTF-8."},
	TableListEmpty: {http.StatusBadRequest,
		"没有列出任何表。", "It names no table."},
	TableListTooMany: {http.StatusBadRequest,
		"最多列出 %d 个表。", "It may name at most %d tables."},
	TableListTooLong: {http.StatusBadRequest,
		"每个表名最多 512 字节，合计最多 256 KiB。", "Each name may have at most 512 bytes, and all together 256 KiB."},
	TableListTooLarge: {http.StatusBadRequest,
		"最多 2 MiB。", "It may have at most 2 MiB."},
	ParametersTooLarge: {http.StatusBadRequest,
		"参数合计最多 %d 字节。", "All parameters together may have at most %d bytes."},
}
