package quality

import (
	"encoding/json"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/embed"
)

// The bounds beyond which the report says what to look at.
const (
	lowRecall   = 0.8 // at 5; below poorRecall most questions find nothing
	poorRecall  = 0.5
	manyEmpty   = 0.2 // of the pairs checked
	manyRefused = 0.2 // likewise
	fewColumns  = 0.5 // of the columns are asked about
	manyPairs   = 20  // from which every shape of query should occur
)

// advise says what is wanting though no step failed, worst first.
func (m *measurement) advise() {
	m.adviseChecks()
	m.adviseRetrieval()
	m.adviseCoverage()
	m.adviseShapes()
	m.adviseMasking()
}

func (m *measurement) adviseChecks() {
	v := m.report.Validation
	if v.Passed != nil && *v.Passed < 1-manyRefused {
		m.problem("只有 %s 的问答对通过验证：被拒绝的原因见“验证”一节", "only %s of the pairs passed the checks: the section on validation says why", percent(v.Passed))
	}
	for _, c := range v.Verdicts {
		if c.Name == events.VerdictEmpty && c.Ratio != nil && *c.Ratio >= manyEmpty {
			m.problem("%s 的 SQL（%d 条）查询结果为空：请确认数据库中有数据，且条件中的值确实存在",
				"%s of the SQL (statements: %d) finds no row: see that the database holds data, and the values of the conditions", percent(c.Ratio), c.Pairs)
		}
	}
}

// adviseRetrieval says what helps where questions do not find their tables.
func (m *measurement) adviseRetrieval() {
	r := m.report.Retrieval
	if r == nil || at5(r.Pages).Recall == nil || *at5(r.Pages).Recall >= lowRecall {
		return
	}
	recall, own := at5(r.Pages).Recall, at5(r.OwnPages).Recall
	if *own >= lowRecall {
		m.problem("前 5 条的检索召回率为 %s，只看本数据库的文档则为 %s：其他数据库的文档挤占了结果，可用 DP_VECTOR_COLLECTION_PREFIX 为各数据库设置不同的集合前缀",
			"recall at 5 is %s, and %s among the documents of this database alone: those of others take their places; a prefix for each database (DP_VECTOR_COLLECTION_PREFIX) keeps them apart", percent(recall), percent(own))
		return
	}
	if *recall < poorRecall {
		m.problem("检索效果差（前 5 条的召回率为 %s）：多数问题找不到所需表的文档。请为表和字段补充问题所用语言的注释",
			"retrieval is poor (recall at 5 is %s): most questions do not find the pages of their tables. Give tables and columns comments in the language of the questions", percent(recall))
	} else {
		m.problem("前 5 条的检索召回率为 %s：部分问题找不到所需表的文档。请为表和字段补充问题所用语言的注释",
			"recall at 5 is %s: some questions do not find the pages of their tables. Give tables and columns comments in the language of the questions", percent(recall))
	}
	if r.Embedder == embed.Lexical().Name() {
		m.problem("当前按字词计算向量，不同语言之间无法匹配：可配置向量模型（DP_EMBEDDING_BASE_URL）", "the vectors are made by words, which match in one language alone: an embedding model can be configured (DP_EMBEDDING_BASE_URL)")
	}
}

func (m *measurement) adviseCoverage() {
	c := m.report.Coverage
	if n := len(c.Unasked); n > 0 {
		m.problem("有 %d 张表没有被问到：%s。可增加主题数或每个主题的问题数", "tables without a question: %d (%s). More themes, or more questions for each, may reach them", n, some(m.run.Language(), c.Unasked))
	}
	if c.Columns.Ratio != nil && *c.Columns.Ratio < fewColumns {
		m.problem("只有 %s 的字段被问到（%s）", "only %s of the columns are asked about (%s)", percent(c.Columns.Ratio), of(c.Columns.Covered, c.Columns.Total))
	}
}

// adviseShapes names the shapes of queries that no pair has, where there are
// pairs and tables enough for all of them.
func (m *measurement) adviseShapes() {
	if len(m.good) < manyPairs {
		return
	}
	p, tables := page{lang: m.run.Language()}, m.report.Coverage.Tables.Total
	var missing []string
	for _, c := range m.report.Spread.Shapes {
		if c.Pairs == 0 && tables >= tablesFor(c.Name) {
			missing = append(missing, p.term(c.Name))
		}
	}
	if len(missing) > 0 {
		m.problem("没有这些类型的查询：%s", "no pair has a query of these shapes: %s", strings.Join(missing, m.run.Language().Pick("、", ", ")))
	}
}

// tablesFor is how many tables a shape of query takes.
func tablesFor(shape string) int {
	switch shape {
	case events.ShapeDeepJoin:
		return 3
	case events.ShapeJoin, events.ShapeAntiJoin:
		return 2
	}
	return 1
}

func (m *measurement) adviseMasking() {
	var masking struct {
		Mode string `json:"mode"`
	}
	if json.Unmarshal(m.report.Masking, &masking) == nil && masking.Mode == events.MaskOff {
		m.problem("脱敏已关闭：数据行中的个人信息会以原文出现在训练数据中，使用模型时也会发送给模型",
			"masking is off: personal data of rows stands in clear in the training data, and goes to the model where there is one")
	}
}
