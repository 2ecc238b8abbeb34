package tasklog

import (
	"encoding/json"
	"slices"
	"strings"

	"go.uber.org/zap/zapcore"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

// core is the zapcore.Core of one execution.
type core struct {
	log       *Log
	step      events.Step
	execution string
	fields    []zapcore.Field
}

func (c *core) Enabled(zapcore.Level) bool { return true }

func (c *core) With(fields []zapcore.Field) zapcore.Core {
	with := *c
	with.fields = append(slices.Clip(c.fields), fields...)
	return &with
}

func (c *core) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return ce.AddCore(e, c)
}

func (c *core) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line := events.Line{Time: e.Time, Level: level(e.Level), Step: c.step}
	line.Message, line.Truncated = cutLine(clean(c.log.cfg.Scrub(e.Message)))
	line.Module, line.Function = origin(e)
	var cut bool
	line.Extra, cut = c.extra(fields)
	line.Truncated = line.Truncated || cut
	return c.log.write(line, c.execution)
}

func (c *core) Sync() error { return nil }

// extra renders the fields of a line as a JSON object, nil where there are
// none. Fields beyond the limit are left out as a whole.
func (c *core) extra(fields []zapcore.Field) (json.RawMessage, bool) {
	if len(c.fields)+len(fields) == 0 {
		return nil, false
	}
	object := zapcore.NewMapObjectEncoder()
	for _, list := range [][]zapcore.Field{c.fields, fields} {
		for _, f := range list {
			f.AddTo(object)
		}
	}
	raw, err := json.Marshal(object.Fields)
	if err != nil {
		raw, _ = json.Marshal(map[string]string{"unencodable_fields": err.Error()}) // strings always encode
	}
	text := c.log.cfg.Scrub(string(raw))
	text = strings.ReplaceAll(text, `\u0000`, `\ufffd`) // Postgres takes no NUL
	if len(text) > events.MaxLineBytes || !json.Valid([]byte(text)) {
		return nil, true
	}
	return json.RawMessage(text), false
}

var levelNames = map[zapcore.Level]events.Level{
	zapcore.DebugLevel: events.LevelDebug,
	zapcore.InfoLevel:  events.LevelInfo,
	zapcore.WarnLevel:  events.LevelWarning,
	zapcore.ErrorLevel: events.LevelError,
}

func level(l zapcore.Level) events.Level {
	if name, ok := levelNames[l]; ok {
		return name
	}
	return events.LevelCritical
}

// origin names the module and function that logged. The module is the logger's
// name, or else the caller's package.
func origin(e zapcore.Entry) (module, function string) {
	name := e.Caller.Function[strings.LastIndexByte(e.Caller.Function, '/')+1:]
	module, function, _ = strings.Cut(name, ".")
	if e.LoggerName != "" {
		module = e.LoggerName
	}
	function = strings.NewReplacer("(*", "", ")", "").Replace(function)
	return text.Cut(module, 255), text.Cut(function, 255)
}

// clean makes a text that JSON and Postgres take.
func clean(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\ufffd"), "\ufffd")
}

func cutLine(s string) (string, bool) {
	if len(s) <= events.MaxLineBytes {
		return s, false
	}
	return strings.Clone(text.Cut(s, events.MaxLineBytes)), true
}
