package ask

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// categories are the columns that divide a table, those of fewest values first.
func categories(t *profile.Table) []*profile.Column {
	out := t.With(profile.Category, profile.Year)
	slices.SortStableFunc(out, func(a, b *profile.Column) int { return plainness(b) - plainness(a) })
	return out
}

// plainness lessens the weight of columns that divide a table badly: into many
// parts, or with many rows in none.
func plainness(c *profile.Column) int {
	n := 0
	if s := c.Stats; s != nil {
		if s.Distinct > 15 {
			n -= 2
		}
		if s.Distinct > 40 {
			n -= 3
		}
		if 4*s.Nulls > s.Rows {
			n -= 3
		}
	}
	return n
}

// maxValue bounds the characters of a value in a question.
const maxValue = 40

// values are those of a column that questions may name, most frequent first.
func values(c *profile.Column) []string {
	if c.Role != profile.Category && c.Role != profile.Year {
		return nil
	}
	if c.Stats == nil {
		return c.Enum
	}
	return spoken(c)
}

// speakable says that a value reads well in a sentence.
func speakable(text string) bool {
	odd := func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune(`"“”\{}`, r)
	}
	return strings.TrimSpace(text) == text && text != "" && utf8.RuneCountInString(text) <= maxValue && !strings.ContainsFunc(text, odd)
}

// threshold is a round number near a quantile of a column's values, with values
// on both sides.
func threshold(c *profile.Column, quantile float64) (float64, bool) {
	s := c.Stats
	if s == nil || s.Distinct < 5 {
		return 0, false
	}
	at := s.Median
	if quantile > 0.5 {
		at = s.Upper
	}
	f := round(at)
	if c.Category == catalog.Integer {
		f = math.Round(f)
	}
	return f, s.Low <= f && f < s.High && f > 0
}

// round leaves one digit, or two where one would be far off.
func round(f float64) float64 {
	if f <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(f)))
	for _, step := range []float64{unit, unit / 2, unit / 10} {
		// dividing by the inverse keeps 0.3 from becoming 0.30000000000000004
		if near := math.Round(math.Round(f/step)*step*1e6) / 1e6; math.Abs(near-f) <= 0.1*f {
			return near
		}
	}
	return f
}

// groupThreshold is a number of rows that some values of a column exceed and
// others do not.
func groupThreshold(s *profile.Stats) (float64, bool) {
	if s == nil || len(s.Counts) < 4 {
		return 0, false
	}
	f := math.Round(round(float64(s.Counts[len(s.Counts)/3])))
	return f, f >= 2 && f < float64(s.Counts[0])
}

// topN is how many rows a ranking of a table shows: 0 where it has too few.
func topN(t *profile.Table) int { return places(t.Sampled, t.Complete) }

// topOf is how many values of a column a ranking shows.
func topOf(c *profile.Column) int {
	if c.Stats == nil {
		return 0
	}
	return places(c.Stats.Distinct, true)
}

func places(n int, all bool) int {
	switch {
	case !all || n > 40 || n == 0:
		return 10
	case n > 10:
		return 5
	case n > 4:
		return 3
	}
	return 0
}

// flagged is what rows are or have that a flag is set for: "are active".
func flagged(term string) string {
	if bare := strings.TrimSuffix(term, "bool"); bare != "" {
		term = bare // activebool
	}
	switch first, rest, _ := strings.Cut(term, " "); {
	case first == "is" && rest != "":
		return "are there that are " + rest
	case first == "has" && rest != "":
		return "have " + rest
	case strings.HasSuffix(term, "ed"), slices.Contains([]string{"active", "public", "private", "valid", "available", "visible", "inactive"}, term):
		return "are " + term
	}
	return "are marked as " + term
}

// marked is what Chinese says of rows that a flag is set for: 已启用的.
func marked(term string) string {
	bare := term
	for _, ending := range []string{"标志", "标识", "标记", "状态"} {
		bare = strings.TrimSuffix(bare, ending)
	}
	if bare = strings.TrimPrefix(bare, "是否"); bare == "" {
		bare = term
	}
	ends := func(list string) bool {
		return slices.ContainsFunc(strings.Fields(list), func(word string) bool { return strings.HasSuffix(bare, word) })
	}
	begins := func(list string) bool {
		return slices.ContainsFunc(strings.Fields(list), func(word string) bool { return strings.HasPrefix(bare, word) })
	}
	switch {
	case begins("已 未 有 可 是 无"), ends("有效 公开 免费 在职 默认 可用 活跃 必填 必需 私有 推荐 热门"):
		return bare + "的"
	case ends("启用 停用 停产 禁用 激活 审批 审核 支付 付款 取消 发货 完成 退款 归还 关闭 结算 锁定 上架 下架 发布 验证 确认 处理 注销 离职 过期"):
		return "已" + bare + "的"
	}
	return "标记为“" + bare + "”的"
}

func unique(items []string) []string {
	var out []string
	for _, x := range items {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func comma(items []string) string { return strings.Join(items, ", ") }
