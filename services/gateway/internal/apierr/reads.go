package apierr

import "net/http"

// What the calls that only read may answer.
const (
	ReadStoreUnavailable Type = "read_store_unavailable"
	ReadStoreOutdated    Type = "read_store_outdated"
	FileNotFound         Type = "file_not_found"
	FileMissing          Type = "file_missing"
	FileTooLarge         Type = "file_too_large"
	DownloadDisabled     Type = "download_disabled"
	RangeNotSatisfiable  Type = "range_not_satisfiable"
	NothingToArchive     Type = "nothing_to_archive"
	FilesUnavailable     Type = "file_store_unavailable"
	TooManyStreams       Type = "too_many_streams"

	InvalidCursor    Type = "invalid_cursor"
	InvalidTime      Type = "invalid_time"
	InvalidPosition  Type = "invalid_position"
	UnknownEventType Type = "unknown_event_type"
	EmptySpan        Type = "empty_time_range"
)

var reads = map[Type]row{
	ReadStoreUnavailable: {http.StatusServiceUnavailable,
		"查询数据库暂不可用，请稍后重试；单个任务仍可查询。", "The database behind lists is not available at the moment; try again later. Single tasks can still be read."},
	ReadStoreOutdated: {http.StatusServiceUnavailable,
		"数据库中的表结构为版本 %d，本网关需要版本 %d：请管理员先升级 recorder。", "The tables of the database have version %d and this gateway needs version %d: have the administrator upgrade the recorder first."},
	FileNotFound: {http.StatusNotFound,
		"任务没有文件 %s，可用的文件见文件列表。", "The task has no file %s; its list of files names those it has."},
	FileMissing: {http.StatusNotFound,
		"文件 %s 已登记，但存储中已不存在；请恢复该文件，或重新执行生成它的步骤。", "File %s is registered, but no longer there; put it back, or run the step again that made it."},
	FileTooLarge: {http.StatusRequestEntityTooLarge,
		"文件 %s 有 %d 字节，超过下载上限 %d 字节，请直接到输出目录取用。", "File %s has %d bytes, more than the %d that may be downloaded; fetch it from the output directory."},
	DownloadDisabled: {http.StatusForbidden,
		"此部署关闭了文件下载。", "This deployment does not allow downloads."},
	RangeNotSatisfiable: {http.StatusRequestedRangeNotSatisfiable,
		"请求的范围超出文件大小 %d 字节。", "The range asked for lies outside the file's %d bytes."},
	NothingToArchive: {http.StatusNotFound,
		"任务还没有可下载的文件。", "The task has no file to download yet."},
	FilesUnavailable: {http.StatusServiceUnavailable,
		"文件存储暂不可用，请稍后重试。", "The file store is not available at the moment; try again later."},
	TooManyStreams: {http.StatusServiceUnavailable,
		"事件流的连接数已达上限，请稍后重试。", "There are as many event streams as this deployment allows; try again later."},

	InvalidCursor: {http.StatusBadRequest,
		"不是该列表给出的游标，请从第一页重新查询。", "It is no cursor that this list has given out; begin with the first page again."},
	InvalidTime: {http.StatusBadRequest,
		"必须是 RFC 3339 格式的时间，例如 2025-07-01T14:30:52+08:00。", "It must be a time in RFC 3339, such as 2025-07-01T14:30:52+08:00."},
	InvalidPosition: {http.StatusBadRequest,
		"不是事件流给出的位置，格式应为 <数字>-<数字>。", "It is no position of an event stream, which has the form <number>-<number>."},
	UnknownEventType: {http.StatusBadRequest,
		"含有未知的事件类型，可用 task、step、output、pair、training、log 或完整的类型名。", "It names an unknown event type; use task, step, output, pair, training, log or the full name of a type."},
	EmptySpan: {http.StatusBadRequest,
		"必须晚于 from。", "It must be later than from."},
}
