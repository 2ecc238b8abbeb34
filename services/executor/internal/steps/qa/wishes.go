package qa

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// wish is how many queries of a kind the model is asked for.
type wish struct {
	Count int
	What  string
}

// wishes spread a theme's questions over the shapes that its tables allow, in
// turn, so that none is asked for twice before each is asked for once. Where they
// are fewer than the shapes, the next theme goes on where this one ends.
func (m *model) wishes(th subject, place int) []wish {
	kinds, start := m.kinds(th.Theme), 0
	if th.part < len(kinds) {
		start = place * th.part
	}
	out := make([]wish, min(len(kinds), th.part))
	for i := range th.part {
		out[i%len(out)].Count++
	}
	for i := range out {
		out[i].What = kinds[(start+i)%len(kinds)]
	}
	return out
}

// kinds are the kinds of queries that a theme's tables allow, the most useful
// first.
func (m *model) kinds(th theme.Theme) []string {
	linked, deep, dated := allows(th.Related)
	var out []string
	for _, k := range []struct {
		allowed bool
		zh, en  string
	}{
		{true, "按条件过滤（取值来自数据）", "filters by values that occur in the data"},
		{true, "分组统计（GROUP BY，可带 HAVING）", "groups (GROUP BY, perhaps HAVING)"},
		{linked, "两张表的连接", "a join of two tables"},
		{dated, "日期计算（按月或年、间隔天数、某一时期）", "date arithmetic (per month or year, days between, a period)"},
		{deep, "三张及以上表的连接", "a join of three or more tables"},
		{true, "窗口函数（排名、累计、占比、环比）", "a window function (rank, running total, share, change)"},
		{linked, "反连接（没有……的）", "an anti-join (those without …)"},
		{true, "排序取前几名", "the first few in an order"},
		{true, "子查询或公用表表达式", "a subquery or common table expression"},
		{true, "集合运算（UNION、INTERSECT、EXCEPT）", "a set operation (UNION, INTERSECT, EXCEPT)"},
	} {
		if k.allowed {
			out = append(out, m.Language().Pick(k.zh, k.en))
		}
	}
	return out
}

// allows says which shapes tables allow.
func allows(tables []*profile.Table) (linked, deep, dated bool) {
	for _, t := range tables {
		dated = dated || len(t.With(profile.Moment)) > 0
		linked = linked || len(t.Links) > 0
		deep = deep || len(t.Links) > 1 || slices.ContainsFunc(t.Links, func(l *profile.Link) bool { return len(l.To.Links) > 0 })
	}
	return linked, deep, dated
}
