package quality

import (
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// terms are the words of the report that have a name in each language.
var terms = map[string][2]string{
	events.ShapeFilter: {"筛选", "filter"}, events.ShapeGroup: {"分组", "group"}, events.ShapeJoin: {"两表连接", "join"},
	events.ShapeDeepJoin: {"多表连接", "deep join"}, events.ShapeWindow: {"窗口函数", "window"}, events.ShapeSetOperation: {"集合运算", "set operation"},
	events.ShapeDateArithmetic: {"日期计算", "date arithmetic"}, events.ShapeAntiJoin: {"反连接", "anti-join"}, events.ShapeSubquery: {"子查询", "subquery"},
	events.ShapeOrder: {"排序取前几", "order and limit"}, events.DifficultyEasy: {"简单", "easy"}, events.DifficultyMedium: {"中等", "medium"},
	events.DifficultyHard: {"困难", "hard"}, events.SourceRules: {"规则", "rules"}, events.SourceModel: {"模型", "model"}, events.SourcePerson: {"人工", "people"},
	"mixed": {"模型与规则", "model and rules"}, events.VerdictValid: {"有效", "valid"}, events.VerdictEmpty: {"空结果", "empty result"},
	events.VerdictError: {"错误", "error"}, events.VerdictTooExpensive: {"代价过高", "too expensive"}, events.VerdictDuplicate: {"重复", "duplicate"},
	events.RungStatement: {"语句", "statement"}, events.RungNames: {"名称", "names"}, events.RungPlan: {"计划", "plan"},
	events.RungCost: {"代价", "cost"}, events.RungRun: {"执行", "run"}, "": {"–", "–"},
}

// term is a word in the page's language.
func (p *page) term(word string) string {
	if t, ok := terms[word]; ok {
		return p.lang.Pick(t[0], t[1])
	}
	return cell(word)
}

// kind is a kind of personal data in the page's language.
func (p *page) kind(kind string) string {
	if label := mask.Kind(kind).Label(p.lang); label != "" {
		return cell(label)
	}
	return cell(kind)
}

func (p *page) theme(name string) string {
	if name == "" {
		return p.lang.Pick("（无主题）", "(none)")
	}
	return cell(name)
}
