package quality

import (
	"encoding/json"
	"fmt"

	"github.com/citu/datapipeline/events"
)

// masking shows what ddl_generation says of personal data.
func (p *page) masking(raw json.RawMessage) {
	p.heading("个人信息脱敏", "Masked personal data")
	var m struct {
		Mode    string `json:"mode"`
		Values  int64  `json:"values"`
		Total   int    `json:"total_columns"` // of which Columns are the first
		Columns []struct {
			Table  string `json:"table"`
			Column string `json:"column"`
			Kind   string `json:"kind"`
			Values int64  `json:"values"`
		} `json:"columns"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &m) != nil {
		p.line("没有记录。", "Nothing is recorded.")
		return
	}
	p.masked(m.Mode, m.Total, m.Values)
	var rows [][]string
	for _, c := range m.Columns[:min(len(m.Columns), maxTables)] {
		rows = append(rows, []string{code(c.Table), code(c.Column), p.kind(c.Kind), fmt.Sprint(c.Values)})
	}
	p.table([]string{p.lang.Pick("表", "table"), p.lang.Pick("字段", "column"), p.lang.Pick("类型", "kind"), p.lang.Pick("值:", "values:")}, rows)
}

// masked says what a mode of masking did.
func (p *page) masked(mode string, columns int, values int64) {
	switch mode {
	case events.SchemaOnly:
		p.line("模式 `%s`：没有读取任何数据行。", "Mode `%s`: no row was read.", mode)
	case events.MaskOff:
		p.line("模式 `%s`：数据按原样显示。", "Mode `%s`: values are shown as they are.", mode)
	default:
		p.line("模式 `%s`：%d 个字段，%d 个值。", "Mode `%s`: columns %d, values %d.", mode, columns, values)
	}
}
