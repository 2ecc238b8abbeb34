package apierr

import "net/http"

// What any call may answer.
const (
	ValidationFailed     Type = "validation_failed"
	MalformedRequest     Type = "malformed_request"
	MalformedJSON        Type = "malformed_json"
	RouteNotFound        Type = "route_not_found"
	MethodNotAllowed     Type = "method_not_allowed"
	RequestTimeout       Type = "request_timeout"
	BodyTooLarge         Type = "body_too_large"
	HeadersTooLarge      Type = "headers_too_large"
	UnsupportedMediaType Type = "unsupported_media_type"
	UnsupportedEncoding  Type = "unsupported_content_encoding"
	CrossOriginRefused   Type = "cross_origin_refused"
	InternalError        Type = "internal_error"
	BrokerUnavailable    Type = "broker_unavailable"
	InvalidTaskID        Type = "invalid_task_id"
	TaskNotFound         Type = "task_not_found"
)

var general = map[Type]row{
	ValidationFailed: {http.StatusBadRequest,
		"请求中有错误，请按 details 逐项修改。", "The request has faults; correct each of those in details."},
	MalformedRequest: {http.StatusBadRequest,
		"无法解析该 HTTP 请求。", "The HTTP request cannot be read."},
	MalformedJSON: {http.StatusBadRequest,
		"请求体不是有效的 JSON，错误在第 %d 行第 %d 列。", "The body is not valid JSON; the fault is at line %d, column %d."},
	RouteNotFound: {http.StatusNotFound,
		"没有这个地址，接口列表见 /openapi.yaml。", "There is no such address; /openapi.yaml lists those that exist."},
	MethodNotAllowed: {http.StatusMethodNotAllowed,
		"该地址不支持此方法，可用的方法见 Allow 响应头。", "The address does not take this method; the Allow header names those it takes."},
	RequestTimeout: {http.StatusRequestTimeout,
		"请求没有及时到达，请重试。", "The request did not arrive in time; send it again."},
	BodyTooLarge: {http.StatusRequestEntityTooLarge,
		"请求体过大，请缩小后重试。", "The body is too large; send a smaller one."},
	HeadersTooLarge: {http.StatusRequestHeaderFieldsTooLarge,
		"请求头过大。", "The headers are too large."},
	UnsupportedMediaType: {http.StatusUnsupportedMediaType,
		"不支持该 Content-Type，请使用 %s。", "This Content-Type is not taken; use %s."},
	UnsupportedEncoding: {http.StatusUnsupportedMediaType,
		"不接受压缩的请求体，请以未压缩形式发送。", "Compressed bodies are not taken; send it as it is."},
	CrossOriginRefused: {http.StatusForbidden,
		"拒绝来自其他网站页面的修改请求。", "Changes asked for by a page of another site are refused."},
	InternalError: {http.StatusInternalServerError,
		"服务内部错误，请凭 request_id 联系运维人员。", "Something went wrong inside the service; give the request_id to its operators."},
	BrokerUnavailable: {http.StatusServiceUnavailable,
		"消息服务 NATS 暂不可用，请稍后重试。", "NATS is not available at the moment; try again later."},
	InvalidTaskID: {http.StatusBadRequest,
		"任务编号的格式应为 task_YYYYMMDD_HHMMSS。", "A task id has the form task_YYYYMMDD_HHMMSS."},
	TaskNotFound: {http.StatusNotFound,
		"任务 %s 不存在，请在任务列表中核对编号。", "There is no task %s; the list of tasks names those there are."},
}
