package quality

func (p *page) validation(v Validation) {
	p.heading("验证", "Validation")
	if !v.Checked {
		p.line("没有执行 sql_validation：问答对未经验证。", "sql_validation did not run: the pairs are not checked.")
	}
	p.counts(p.lang.Pick("结论", "verdict"), nonZero(v.Verdicts))
	p.counts(p.lang.Pick("未通过的环节", "refused at"), nonZero(v.Rungs))
	p.counts(p.lang.Pick("错误类型", "error type"), v.Errors)
	if r := v.Repairs; r != nil {
		p.line("修复：尝试 %d，成功 %d，失败 %d。", "Repairs: %d tried, %d done, %d failed.", r.Attempted, r.Successful, r.Failed)
	}
	for _, l := range v.Repaired {
		p.WriteString("**" + cell(l.Question) + "**\n\n")
		p.fence("diff", l.Diff)
	}
	var rows [][]string
	for _, l := range v.Refused {
		rows = append(rows, []string{cell(l.Question), p.term(l.Rung), l.SQLState, cell(l.Message)})
	}
	p.table([]string{p.lang.Pick("被拒绝的问题", "refused question"), p.lang.Pick("环节", "at"), "SQLSTATE", p.lang.Pick("原因", "reason")}, rows)
}

func nonZero(counts []Count) []Count {
	var out []Count
	for _, c := range counts {
		if c.Pairs > 0 {
			out = append(out, c)
		}
	}
	return out
}
