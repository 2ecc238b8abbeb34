package apierr

import "net/http"

// What the calls about training data may answer.
const (
	TrainingUnavailable Type = "training_data_unavailable"
	TrainingRefused     Type = "training_data_refused"

	ExactlyOneScope   Type = "exactly_one_scope"
	UnknownDatabase   Type = "unknown_database"
	AmbiguousDatabase Type = "ambiguous_database"
	InvalidLoadID     Type = "invalid_load_id"
	InvalidDocumentID Type = "invalid_document_id"
	BodyAndQuery      Type = "body_and_query"
)

var training = map[Type]row{
	TrainingUnavailable: {http.StatusServiceUnavailable,
		"向量库暂不可用，原因见 details。", "The vector store is not available, details says why."},
	TrainingRefused: {http.StatusUnprocessableEntity,
		"无法按要求查询训练数据，原因见 details。", "The training data cannot be read in this way, details says why."},
	ExactlyOneScope: {http.StatusBadRequest,
		"database、task_id、load_id、ids 必须且只能填写一个。", "Exactly one of database, task_id, load_id and ids is needed."},
	UnknownDatabase: {http.StatusBadRequest,
		"没有名为 %s 的数据库的训练数据；请填写训练数据列表中 database 所示的 主机:端口/库名。", "There is no training data of a database that is called %s; give host:port/name, as the database in the list of training data."},
	AmbiguousDatabase: {http.StatusBadRequest,
		"有多个数据库叫 %s，请填写其中之一：%s。", "Several databases are called %s; give one of them: %s."},
	InvalidLoadID: {http.StatusBadRequest,
		"不是加载编号，其格式如训练数据列表中的 load_id。", "It is no id of a load; the list of training data names them as load_id."},
	InvalidDocumentID: {http.StatusBadRequest,
		"每个编号应为 1 到 128 字节，如训练数据列表中的 id。", "Each id has 1 to 128 bytes, as the id in the list of training data."},
	BodyAndQuery: {http.StatusBadRequest,
		"参数只能放在请求体或查询串之一。", "Either the body or the query says what is meant, not both."},
}
