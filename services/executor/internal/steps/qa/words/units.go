package words

import (
	"regexp"

	"github.com/citu/datapipeline/events"
)

// units are the last words of names that say what a number is measured in.
var units = map[string]struct{ en, zh string }{
	"mm": {"mm", "毫米"}, "cm": {"cm", "厘米"}, "km": {"km", "公里"}, "kg": {"kg", "公斤"}, "ml": {"ml", "毫升"},
	"ms": {"ms", "毫秒"}, "secs": {"seconds", "秒"}, "usd": {"US dollars", "美元"}, "eur": {"euros", "欧元"},
	"cny": {"yuan", "元"}, "rmb": {"yuan", "元"}, "pct": {"percent", "%"}, "percent": {"percent", "%"}, "kwh": {"kWh", "千瓦时"},
	"sqm": {"square metres", "平方米"}, "mb": {"MB", "MB"}, "gb": {"GB", "GB"}, "kw": {"kW", "千瓦"},
}

// spans are the units of what lasts, such as a duration.
var spans = map[string]struct{ en, zh string }{
	"seconds": {"seconds", "秒"}, "minutes": {"minutes", "分钟"}, "mins": {"minutes", "分钟"}, "hours": {"hours", "小时"},
	"days": {"days", "天"}, "months": {"months", "个月"},
}

var lasting = set("duration time downtime runtime uptime overtime length cycle term period")

// unitEnding is the unit at the end of a name, if there is one and more before
// it.
func unitEnding(parts []string, language events.Language) string {
	last := len(parts) - 1
	if last < 1 {
		return ""
	}
	unit := units[parts[last]]
	if lasting[parts[last-1]] && unit.en == "" {
		unit = spans[parts[last]]
	}
	return language.Pick(unit.zh, unit.en)
}

// measures are columns whose name is no more than a unit.
var measures = map[string]struct{ en, enUnit, zh, zhUnit string }{
	"milliseconds": {"duration", "milliseconds", "时长", "毫秒"},
	"seconds":      {"duration", "seconds", "时长", "秒"},
	"minutes":      {"duration", "minutes", "时长", "分钟"},
	"bytes":        {"file size", "bytes", "文件大小", "字节"},
}

var unitInComment = regexp.MustCompile(`[（(，,；;\s](?:单位)?[：: ]?(万?元|亿元|美元|公里|千米|米|厘米|公斤|千克|克|吨|小时|分钟|秒|天|辆|人|人次|平方米|亩|升|度|千瓦时|%)[）)。]?(?:$|[，,；;）)。])`)

// unitOf is the unit that a Chinese comment names, such as 元 in 金额（元）.
func unitOf(comment string) string {
	if m := unitInComment.FindStringSubmatch(comment); m != nil {
		return m[1]
	}
	return ""
}

// endings are those of names of times, and participles before them.
var endings = map[string]string{"at": "time", "ts": "time", "dt": "date", "on": "date", "datetime": "time"}

var participles = map[string]string{
	"created": "creation", "create": "creation", "inserted": "insertion", "paid": "payment", "shipped": "shipping", "delivered": "delivery",
	"opened": "opening", "started": "start", "ended": "end", "finished": "finish", "completed": "completion", "registered": "registration",
	"published": "publication", "ordered": "order", "closed": "closing", "sold": "sale", "booked": "booking", "joined": "joining",
	"hired": "hiring", "occurred": "event", "logged": "log", "signed": "signing", "cancelled": "cancellation", "canceled": "cancellation",
}

// chineseEnding makes words of what stands for them around a name, for the
// dictionary: is_active is 启用 and returned_on 归还日期.
func chineseEnding(parts []string) []string {
	last := len(parts) - 1
	if last < 1 {
		return parts
	}
	out := append([]string(nil), parts...)
	if noun := endings[out[last]]; noun != "" {
		out[last] = noun
	}
	if out[last] == "flag" {
		out = out[:last]
	}
	if len(out) > 1 && out[0] == "is" {
		out = out[1:]
	}
	return out
}

// plainEnding makes "creation time" of created_at, and drops endings that say
// that a column is a flag.
func plainEnding(parts []string) []string {
	last := len(parts) - 1
	if last < 1 {
		return parts
	}
	out := append([]string(nil), parts...)
	if noun := endings[out[last]]; noun != "" {
		out[last] = noun
		if p := participles[out[last-1]]; p != "" {
			out[last-1] = p
		}
	}
	switch out[last] {
	case "bool", "flag", "ind", "yn":
		return out[:last]
	}
	return out
}
