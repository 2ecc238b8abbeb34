package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxChinese and maxLatin bound what passes for a name in a comment; longer
// comments are sentences.
const maxChinese, maxLatin = 14, 30

// HasChinese says whether text holds a Chinese character.
func HasChinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// kinds of tables stand before what the table is about: 分区表：销售记录.
var kinds = set("表 主表 子表 从表 分区表 分表 数据表 业务表 明细表 基础表 配置表 字典表 维表 维度表 事实表 汇总表 中间表 临时表 关联表 外部表 日志表 视图 物化视图")

// tableComment is the name in a table's comment; empty where there is none.
func tableComment(comment string) string {
	if kind, subject, ok := strings.Cut(strings.ReplaceAll(comment, ":", "："), "："); ok && kinds[strings.TrimSpace(kind)] {
		comment = subject
	}
	text := head(comment)
	text = trimAny(text, "主表", "数据字典表", "字典表", "表")
	for _, suffix := range []string{"统计", "基础信息", "基本信息", "详细信息", "信息", "主数据", "档案", "资料"} {
		if rest, ok := strings.CutSuffix(text, suffix); ok && utf8.RuneCountInString(rest) >= 2 {
			return rest
		}
	}
	return text
}

// deeds are words that name an act; a row is the record of one.
var deeds = set(`支付 销售 租赁 预订 归还 访问 退款 采购 登录 操作 发货 投诉 评价 检查 注册 配送 交易 转账 就诊
	退货 收货 入库 出库 分配 审批 兑换 维修 维护 检验 借阅 请假 考勤 缺勤 加班 培训 面试 体检 接种 诊断 治疗
	入院 出院 还款 报销 提现 捐赠 变更 关注 点赞 浏览 点击 下载 上传 搜索 选课 理赔 质检`)

func recorded(term string) string {
	if deeds[term] {
		return term + "记录"
	}
	return term
}

// columnComment is the name in a column's comment; empty where there is none.
func columnComment(comment string) string {
	text := trimAny(head(comment), "字段", "主键", "外键")
	for _, prefix := range []string{"主键", "外键", "关联"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok && rest != "" {
			text = rest
		}
	}
	if text == "ID" || text == "主键" || text == "外键" {
		return ""
	}
	return text
}

// Group is what groups by a name are called: 档口 by 档口名称.
func Group(term string) string {
	if rest, ok := strings.CutSuffix(term, "名称"); ok && utf8.RuneCountInString(rest) >= 2 {
		return rest
	}
	return term
}

// head is a comment's text up to the first punctuation, if it is short
// Chinese.
func head(comment string) string {
	text := strings.TrimSpace(comment)
	cut := strings.IndexFunc(text, func(r rune) bool {
		return strings.ContainsRune("，,。.；;：:（(【[、|/\\\n\r\t?？!！'\"“”‘’=", r)
	})
	if cut >= 0 {
		text = text[:cut]
	}
	text = strings.Join(strings.Fields(text), "")
	if !HasChinese(text) || utf8.RuneCountInString(text) > maxChinese || len(text) > 3*maxLatin {
		return ""
	}
	return text
}

// Moment makes a Chinese term that does not say so one of a date or a time:
// 入职日期 of 入职.
func Moment(term string, date, time bool) string {
	if !HasChinese(term) || hasAnySuffix(term, "日", "期", "间", "时", "点", "刻", "天", "月", "年", "戳", "季") {
		return term
	}
	switch {
	case date:
		return term + "日期"
	case time:
		return term + "时间"
	}
	return term
}
