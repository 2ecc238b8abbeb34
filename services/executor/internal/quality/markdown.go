package quality

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
)

// Markdown is quality_report.md.
func (r *Report) Markdown(lang events.Language) string {
	p := &page{lang: lang}
	p.head(r)
	p.summary(r)
	p.problems(r)
	p.retrieval(r.Retrieval)
	p.coverage(r.Coverage)
	p.spread(r)
	p.validation(r.Validation)
	p.people(r.People)
	p.masking(r.Masking)
	p.steps(r)
	p.legend()
	return p.String()
}

func (p *page) head(r *Report) {
	p.WriteString("# " + p.say("训练数据质量报告：%s", "Quality of the training data: %s", cell(r.Database)) + "\n\n")
	facts := []string{p.say("任务 `%s`", "task `%s`", r.TaskID), r.RequestedAt.Format("2006-01-02 15:04:05 -07:00")}
	if r.SchemaVersion != "" {
		facts = append(facts, p.say("结构版本 `%s`", "schema version `%s`", r.SchemaVersion))
	}
	if r.WrittenBy == events.StepLoad {
		facts = append(facts, p.lang.Pick("已加载到向量库", "loaded into the vector store"))
	} else {
		facts = append(facts, p.lang.Pick("**尚未加载到向量库**", "**not loaded into the vector store**"))
	}
	p.WriteString(strings.Join(facts, " · ") + "\n\n")
}

// summary is what to know at a glance.
func (p *page) summary(r *Report) {
	p.heading("概要", "At a glance")
	row := func(zh, en string, ratio *float64, detail string) []string {
		return []string{p.lang.Pick(zh, en), percent(ratio), bar(ratio), detail}
	}
	rows := [][]string{
		row("可用的问答对", "usable pairs", ratio(float64(r.Pairs.Usable), r.Pairs.Total), of(r.Pairs.Usable, r.Pairs.Total)),
		row("通过验证", "passed the checks", r.Validation.Passed, p.say("空结果 %d，重复 %d", "%d empty, %d duplicate", r.Validation.Empty, r.Validation.Duplicates)),
		row("表覆盖率", "tables asked about", r.Coverage.Tables.Ratio, of(r.Coverage.Tables.Covered, r.Coverage.Tables.Total)),
		row("字段覆盖率", "columns asked about", r.Coverage.Columns.Ratio, of(r.Coverage.Columns.Covered, r.Coverage.Columns.Total)),
	}
	if t := r.Retrieval; t != nil {
		whole, own := at5(t.Pages), at5(t.OwnPages)
		rows = append(rows, row("检索召回率（前 5）", "retrieval recall at 5", whole.Recall, p.say("%s 的问题找全所需的表；只看本数据库的文档为 %s",
			"%s of the questions find all their tables; %s among the documents of this database alone", percent(whole.Complete), percent(own.Recall))))
	}
	p.table([]string{p.lang.Pick("指标", "measure"), p.lang.Pick("比例:", "share:"), "", p.lang.Pick("说明", "of which")}, rows)
}

// maxProblem bounds a sentence about a problem, in characters: it may name
// twenty tables, or the statements that grant them.
const maxProblem = 4000

func of(part, whole int) string { return fmt.Sprintf("%d / %d", part, whole) }

func (p *page) problems(r *Report) {
	p.heading("需要注意", "What to look at")
	if len(r.Problems) == 0 {
		p.line("没有发现问题。", "Nothing stands out.")
		return
	}
	for _, text := range r.Problems {
		p.WriteString("- " + inline(text, maxProblem) + "\n")
	}
	p.WriteString("\n")
}

func (p *page) coverage(c Coverage) {
	p.heading("覆盖情况", "Coverage")
	p.line("%s 张表、%s 个字段出现在可用的问答对中。", "Usable pairs ask about %s tables and %s columns.", of(c.Tables.Covered, c.Tables.Total), of(c.Columns.Covered, c.Columns.Total))
	if len(c.Unread) > 0 {
		p.line("未能读取的表：%s", "Tables that could not be read: %s", code(some(p.lang, c.Unread)))
	}
	if len(c.Unasked) > 0 {
		p.line("没有被问到的表：%s", "Tables without a question: %s", code(some(p.lang, c.Unasked)))
	}
	var rows [][]string
	for _, u := range c.Unused[:min(len(c.Unused), maxTables)] {
		rows = append(rows, []string{code(u.Table), fmt.Sprint(len(u.Columns)), cell(some(p.lang, u.Columns))})
	}
	p.table([]string{p.lang.Pick("表", "table"), p.lang.Pick("未使用:", "unused:"), p.lang.Pick("从未出现的字段", "columns that never appear")}, rows)
	if n := len(c.Unused) - maxTables; n > 0 {
		p.line("另有 %d 张表，见 quality_report.json。", "%d more tables are in quality_report.json.", n)
	}
}

// maxTables bounds the tables of the page; the JSON file has all.
const maxTables = 100

func (p *page) spread(r *Report) {
	p.heading("类型与难度", "Shapes and difficulty")
	for _, part := range []struct {
		title  string
		counts []Count
	}{
		{p.lang.Pick("查询类型", "shape"), r.Spread.Shapes},
		{p.lang.Pick("难度", "difficulty"), r.Spread.Difficulties},
		{p.lang.Pick("来源", "written by"), r.Spread.Sources},
	} {
		p.counts(part.title, part.counts)
	}
	if r.Spread.Reused > 0 {
		p.line("其中 %d 个沿用自更早的任务。", "%d of them were taken over from an earlier task.", r.Spread.Reused)
	}
	if s := r.Spread; s.AskedFor > 0 {
		p.line("主题为 %d 个而不是 %d 个：使 %d 张表都被问到。", "There are %d themes instead of %d: so that each of %d tables is asked about.", len(s.Themes), s.AskedFor, r.Coverage.Tables.Total-len(r.Coverage.Unread))
	}
	var rows [][]string
	for _, t := range fewest(r.Spread.Themes) {
		rows = append(rows, []string{p.theme(t.Name), of(t.Usable, t.Pairs), fmt.Sprint(t.Tables)})
	}
	p.table([]string{p.lang.Pick("主题", "theme"), p.lang.Pick("可用 / 全部:", "usable / all:"), p.lang.Pick("涉及的表:", "tables:")}, rows)
	p.others(len(r.Spread.Themes))
}

// maxThemes bounds the themes of the page; the JSON file has all.
const maxThemes = 20

// fewest are the themes of a long list with the fewest usable pairs, those of
// one number in their order; a short list stays as it is.
func fewest(themes []Theme) []Theme {
	if len(themes) <= maxThemes {
		return themes
	}
	themes = slices.Clone(themes)
	slices.SortStableFunc(themes, func(a, b Theme) int { return cmp.Compare(a.Usable, b.Usable) })
	return themes[:maxThemes]
}

// others says that a table of themes shows only the worst of them.
func (p *page) others(themes int) {
	if n := themes - maxThemes; n > 0 {
		p.line("以上为最差的 %d 个主题，另有 %d 个，见 quality_report.json。", "These are the %d themes that fare worst; %d more are in quality_report.json.", maxThemes, n)
	}
}

func (p *page) counts(title string, counts []Count) {
	var rows [][]string
	for _, c := range counts {
		rows = append(rows, []string{p.term(c.Name), fmt.Sprint(c.Pairs), percent(c.Ratio), bar(c.Ratio)})
	}
	p.table([]string{title, p.lang.Pick("问答对:", "pairs:"), p.lang.Pick("比例:", "share:"), ""}, rows)
}

func (p *page) people(h People) {
	p.heading("人工处理", "Decisions of people")
	p.line("新增或修改 %d，批准 %d，拒绝 %d。", "%d added or edited, %d approved, %d rejected.", h.Written, h.Approved, h.Rejected)
	if h.ApprovedOnly {
		p.line("只加载批准的问答对。", "Only approved pairs are loaded.")
	}
}

func (p *page) steps(r *Report) {
	p.heading("步骤与模型用量", "Steps and model usage")
	var rows [][]string
	for _, s := range r.Steps {
		row := []string{"`" + string(s.Name) + "`", p.state(s), p.term(s.GeneratedBy), "–", "–", "–"}
		if u := s.Usage; u != nil {
			row[3], row[4], row[5] = fmt.Sprintf("%d / %d / %d", u.Requests, u.FailedRequests, u.Cached), fmt.Sprintf("%d / %d", u.PromptTokens, u.CompletionTokens), fmt.Sprintf("%.4f", u.Cost)
		}
		rows = append(rows, row)
	}
	p.table([]string{p.lang.Pick("步骤", "step"), p.lang.Pick("状态", "state"), p.lang.Pick("生成方式", "made by"),
		p.lang.Pick("模型请求 / 失败 / 缓存:", "requests / failed / cached:"), p.lang.Pick("Token（输入 / 输出）:", "tokens (in / out):"), p.lang.Pick("费用:", "cost:")}, rows)
	if len(r.Model.Models) == 0 {
		p.line("没有使用语言模型。", "No language model was used.")
		return
	}
	p.line("合计：模型 %s，请求 %d 次（其中失败 %d 次），取自缓存 %d 次，没有可用回答的提问 %d 次，Token %d / %d，费用 %.4f。",
		"Altogether: model %s, %d requests (%d of them failed), %d answers from the cache, %d prompts without a usable answer, %d / %d tokens, cost %.4f.",
		cell(strings.Join(r.Model.Models, ", ")), r.Model.Requests, r.Model.FailedRequests, r.Model.Cached, r.Model.Failed, r.Model.PromptTokens, r.Model.CompletionTokens, r.Model.Cost)
}

func (p *page) state(s Step) string {
	if !s.Done {
		return p.lang.Pick("未执行", "not run")
	}
	return p.lang.Pick("完成", "done")
}

// legend says how to read the numbers.
func (p *page) legend() {
	p.heading("说明", "How to read this")
	p.line("- 召回率：每个问题的 SQL 所用的表中，出现在前 k 条 DDL 或前 k 条文档里的比例，再对问题取平均；问题自己的问答对不参与。\n- 字段覆盖：字段名出现在读取该表的 SQL 中即算使用。\n- 空结果：SQL 可以执行，但当前数据没有满足条件的行。",
		"- Recall: of the tables of a question's SQL, the share that stands among the k nearest DDL or the k nearest documentation pages, averaged over the questions; a question's own pair never counts.\n- Columns: one counts as used where its name stands in SQL that reads its table.\n- Empty result: the SQL runs, and no row of today's data fits.")
}
