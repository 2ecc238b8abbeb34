package apierr

import "net/http"

// What the calls about pairs may answer.
const (
	PairNotFound    Type = "pair_not_found"
	PairChanged     Type = "pair_changed"
	PairInvalid     Type = "pair_invalid"
	TooManyPairs    Type = "too_many_pairs"
	PairsUnreadable Type = "pairs_unreadable"
	PairsBusy       Type = "pairs_busy"

	InvalidPairID Type = "invalid_pair_id"
)

var pairs = map[Type]row{
	PairNotFound: {http.StatusNotFound,
		"任务没有问答对 %s，可用的见问答对列表。", "The task has no pair %s; its list of pairs names those it has."},
	PairChanged: {http.StatusConflict,
		"问答对 %s 已有更新的修改（版本 %d），请重新读取后再决定。", "Pair %s was changed since (version %d); read it again and decide then."},
	PairInvalid: {http.StatusUnprocessableEntity,
		"该 SQL 未通过校验，原因见 details；仍要保存请设置 allow_invalid。", "The SQL does not pass the checks, details says why; set allow_invalid to keep it all the same."},
	TooManyPairs: {http.StatusConflict,
		"该任务中由人处理过的问答对已达上限 %d 个；请在同一数据库上新建任务，已有的处理会沿用。", "People have touched %d pairs of this task already, which is the limit; create another task on the database, which takes over what they said."},
	PairsUnreadable: {http.StatusServiceUnavailable,
		"问答对文件正在更新或已被改动，请稍后重试；若一直如此，请重新执行 sql_validation。", "The file of pairs is being written, or was changed by somebody; try again shortly, and run sql_validation again if that does not help."},
	PairsBusy: {http.StatusServiceUnavailable,
		"正在读取的问答对文件过多，请稍后重试。", "Too many files of pairs are being read at the moment; try again shortly."},
	InvalidPairID: {http.StatusBadRequest,
		"问答对编号的格式应为 p_ 加 16 位十六进制数字。", "A pair's id has the form p_ and 16 hexadecimal digits."},
}
