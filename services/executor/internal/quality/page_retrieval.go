package quality

import (
	"fmt"
	"strings"
)

func (p *page) retrieval(t *Retrieval) {
	p.heading("检索效果", "Retrieval")
	if t == nil {
		p.line("未评估。", "Not measured.")
		return
	}
	where := p.lang.Pick("检索在内存中进行，仅限本任务的文档", "in memory, over the task's own documents")
	if t.MeasuredIn == "store" {
		where = p.lang.Pick("检索在向量库中进行，方式与 Vanna 相同，也会检索到其他数据库的文档", "in the vector store, as Vanna would search it, where documents of other databases count too")
	}
	p.line("评估了 %d 个问题（共 %d 个）；%s；向量由 `%s` 生成。对每个问题，看其 SQL 所用的表是否出现在前 k 条检索结果中。",
		"Measured for %d of %d questions, %s; the vectors are by `%s`. For each question, the tables of its SQL are looked for among the k nearest documents.",
		t.Questions, t.Of, where, t.Embedder)
	rows := [][]string{}
	for i, r := range t.Pages {
		rows = append(rows, []string{fmt.Sprint(r.K), percent(r.Recall), bar(r.Recall), percent(r.Complete), percent(t.OwnPages[i].Recall), percent(t.Pairs[i].Recall)})
	}
	p.table([]string{"k:", p.lang.Pick("召回率:", "recall:"), "", p.lang.Pick("找全的问题:", "questions with all:"), p.lang.Pick("仅本数据库的文档:", "own documents alone:"), p.lang.Pick("由其他问答对召回:", "recall by other pairs:")}, rows)
	if len(t.Themes) > 1 {
		p.themeRecall(t.Themes)
	}
	if len(t.Worst) > 0 {
		p.WriteString("### " + p.lang.Pick("检索最差的问题", "Questions that find least") + "\n\n")
		rows = nil
		for _, w := range t.Worst {
			rows = append(rows, []string{cell(w.Question), code(strings.Join(w.Missing, ", ")), percent(&w.Recall)})
		}
		p.table([]string{p.lang.Pick("问题", "question"), p.lang.Pick("没有找到的表", "tables not found"), p.lang.Pick("召回率（前 10）:", "recall at 10:")}, rows)
	}
}

func (p *page) themeRecall(themes []ThemeRecall) {
	titles := []string{p.lang.Pick("主题", "theme"), p.lang.Pick("问题:", "questions:")}
	for _, k := range depths {
		titles = append(titles, fmt.Sprintf("k=%d:", k))
	}
	var rows [][]string
	for _, t := range themes[:min(len(themes), maxThemes)] {
		row := []string{p.theme(t.Theme), fmt.Sprint(t.Questions)}
		for _, r := range t.Pages {
			row = append(row, percent(r.Recall))
		}
		rows = append(rows, row)
	}
	p.table(titles, rows)
	p.others(len(themes))
}
