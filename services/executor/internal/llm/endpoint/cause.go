package endpoint

import (
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/citu/datapipeline/events"
)

// Cause is why an endpoint gave no answer, without its words, which may repeat
// what it was asked.
type Cause struct {
	// Status is that of HTTP; 0 where there was no response.
	Status int `json:"status"`
	// Timeout says that a response did not come in time.
	Timeout bool `json:"timeout"`
	// Quota says that no money is left.
	Quota bool `json:"quota"`
	// Wait is how many seconds the endpoint asked to wait, where nobody waited
	// that long; else 0.
	Wait float64 `json:"wait_seconds"`
	// Waited is how many seconds the step had waited before, where that is why it
	// waited no more; else 0.
	Waited float64 `json:"waited_seconds"`
}

// In says it to people, with what to do. settings is what the names of the
// endpoint's settings begin with: "DP_LLM" or "DP_EMBEDDING".
func (c Cause) In(lang events.Language, settings string) string {
	why := c.why(lang, settings)
	if c.Status == 0 {
		return why
	}
	return fmt.Sprintf("HTTP %d%s%s", c.Status, lang.Pick("：", ": "), why)
}

func (c Cause) why(lang events.Language, settings string) string {
	switch {
	case c.Waited > 0:
		return lang.Sprintf("要求再等待 %s，而本步骤已共等待 %s", "it asks to wait %s more, after %s of waiting in this step", span(lang, c.Wait), span(lang, c.Waited))
	case c.Wait > 0:
		return lang.Sprintf("要求等待 %s", "it asks to wait %s", span(lang, c.Wait))
	case c.Quota, c.Status == http.StatusPaymentRequired:
		return lang.Pick("账户额度已用完", "the account has no credit left")
	case c.Timeout:
		return lang.Pick("没有在 DP_LLM_TIMEOUT 内应答", "no response within DP_LLM_TIMEOUT")
	case c.Status == 0:
		return lang.Sprintf("无法连接，请检查 %s_BASE_URL 和网络", "it cannot be reached; check %s_BASE_URL and the network", settings)
	}
	return c.ofStatus(lang, settings)
}

func (c Cause) ofStatus(lang events.Language, settings string) string {
	switch c.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return lang.Sprintf("请检查 %s_API_KEY", "check %s_API_KEY", settings)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return lang.Sprintf("请检查 %[1]s_BASE_URL 和 %[1]s_MODEL", "check %[1]s_BASE_URL and %[1]s_MODEL", settings)
	case http.StatusTooManyRequests:
		return lang.Pick("请求过多", "too many requests")
	}
	switch {
	case c.Status >= http.StatusInternalServerError:
		return lang.Pick("接口出错", "the endpoint fails")
	case c.Status >= http.StatusBadRequest:
		return lang.Pick("接口拒绝了请求", "the endpoint refuses the request")
	}
	return lang.Sprintf("收到的不是可用的应答，请检查 %s_BASE_URL", "what came is no answer; check %s_BASE_URL", settings)
}

// Span is a duration as people say it, rounded up.
func Span(lang events.Language, d time.Duration) string { return span(lang, d.Seconds()) }

func span(lang events.Language, seconds float64) string {
	for _, unit := range []struct {
		of     time.Duration
		below  float64 // of these units it is told in them
		zh, en string
	}{
		{time.Second, 120, "%.0f 秒", "%.0f s"},
		{time.Minute, 120, "%.0f 分钟", "%.0f min"},
		{time.Hour, 48, "%.0f 小时", "%.0f h"},
		{24 * time.Hour, math.Inf(1), "%.0f 天", "%.0f days"},
	} {
		if n := math.Ceil(seconds / unit.of.Seconds()); n <= unit.below {
			return lang.Sprintf(unit.zh, unit.en, n)
		}
	}
	return ""
}
