package apierr

import "net/http"

// What may be wrong with one value of a request.
const (
	Required         Type = "required"
	UnknownField     Type = "unknown_field"
	DuplicateField   Type = "duplicate_field"
	WrongType        Type = "wrong_type"
	TooDeep          Type = "too_deep"
	TooLong          Type = "too_long"
	TooMany          Type = "too_many"
	OutOfRange       Type = "out_of_range"
	NotOneOf         Type = "not_one_of"
	InvalidCharacter Type = "invalid_character"
)

var faults = map[Type]row{
	Required:         {http.StatusBadRequest, "必须填写。", "It is required."},
	UnknownField:     {http.StatusBadRequest, "没有这个字段。", "There is no such field."},
	DuplicateField:   {http.StatusBadRequest, "该字段出现了两次。", "The field occurs twice."},
	WrongType:        {http.StatusBadRequest, "类型应为 %s。", "It must be of type %s."},
	TooDeep:          {http.StatusBadRequest, "嵌套超过 %d 层。", "It is nested deeper than %d levels."},
	TooLong:          {http.StatusBadRequest, "最多 %d 字节。", "It may have at most %d bytes."},
	TooMany:          {http.StatusBadRequest, "最多 %d 项。", "It may have at most %d items."},
	OutOfRange:       {http.StatusBadRequest, "必须在 %d 到 %d 之间。", "It must be from %d to %d."},
	NotOneOf:         {http.StatusBadRequest, "必须是以下之一：%s。", "It must be one of: %s."},
	InvalidCharacter: {http.StatusBadRequest, "含有不允许的字符。", "It contains a character that is not allowed."},
}
