package words

import (
	"cmp"
	_ "embed"
	"slices"
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

// classifiers are tried in order on the end of a term.
var classifiers = []struct{ word, endings string }{
	{"个", "购物车"},
	{"项", "汇总"},
	{"条", "记录 读数 变动 数据 明细 日志 流水 信息 关联 关系 评论 评价 回复 消息 通知 公告 新闻 路线 线路 航线 生产线 流量 库存 统计 日报 月报 历史 投诉 理赔 薪资 分数 成绩 折旧 规则 配置 参数 轨迹 路段 告警 线索"},
	{"名", "人员 员工 职员 学生 学员 教师 老师 讲师 教授 工程师 会员 用户 司机 医生 医师 护士 患者 病人 演员 作者 雇员 乘客 旅客 球员 人"},
	{"位", "艺术家 客户 顾客 联系人 经理 嘉宾 超级英雄 英雄"},
	{"家", "公司 企业 机构 供应商 经销商 分销商 零售商 制造商 门店 商店 店铺 商户 银行 医院 诊所 承运商 出版商 酒店 餐厅 工厂 单位"},
	{"所", "学校 大学"},
	{"笔", "支付 付款 交易 退款 收款 还款 订单 租赁 转账 结算 贷款 投资 分录"},
	{"份", "申请 工资单 合同 协议 保单 处方 病历 简历 提案 报价 租约 问卷 报表"},
	{"辆", "车辆 汽车 车"},
	{"台", "设备 机器 服务器"},
	{"件", "包裹 货物 资产 案件"},
	{"间", "房间 教室 病房 实验室"},
	{"场", "考试 比赛 会议 讲座"},
	{"部", "电影 影片"},
	{"种", "商品 产品 货品 类型 类别 种类 语言 媒体类型 流派 品类 颜色 性别 阵营 能力 属性 药品 材料"},
	{"首", "曲目 歌曲"},
	{"张", "专辑 优惠券 发票 票 卡 照片 图片 单"},
	{"座", "城市 仓库 桥梁 隧道"},
	{"门", "课程"},
	{"本", "图书 书"},
	{"次", "预订 预约 访问 登录 检查 手术 维护 维修 就诊 培训 面试"},
}

// classifier is the measure word of a term, 个 where nothing better fits.
func classifier(term string) string {
	for _, c := range classifiers {
		if hasAnySuffix(term, strings.Fields(c.endings)...) {
			return c.word
		}
	}
	return "个"
}

// The dictionary has a line for each word, a tab between the English and the
// Chinese, and phrases that say other than their words do. A word may read
// otherwise after others, "+ no", and before others, "total +".
//
//go:embed dictionary.txt
var dictionaryText string

var dictionary = parseDictionary(dictionaryText)

func parseDictionary(text string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(text) {
		if english, chinese, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			m[english] = chinese
		}
	}
	return m
}

// known says whether a word is in the dictionary, or its singular is.
func known(word string) bool {
	return dictionary[word] != "" || dictionary[singularWord(word)] != "" || abbreviations[word] != ""
}

// translate puts words into Chinese if all are known, and otherwise leaves
// them as they are.
func translate(parts []string) string {
	if len(parts) == 1 && parts[0] == "id" {
		return "ID"
	}
	parts = chineseOrder(parts)
	var b strings.Builder
	for i := 0; i < len(parts); {
		chinese, taken := longest(parts, i)
		if taken == 0 {
			return acronyms(strings.Join(parts, " "))
		}
		b.WriteString(chinese)
		i += taken
	}
	return b.String()
}

// longest is the Chinese of the longest phrase of the words from the i-th on,
// and the number of words it takes: 0 if that word is unknown.
func longest(parts []string, i int) (string, int) {
	for n := min(maxPhrase, len(parts)-i); n > 0; n-- {
		phrase := strings.Join(parts[i:i+n], " ")
		bare := strings.TrimRight(phrase, "0123456789") // 地址2 of address2
		for _, p := range []string{bare, singular(bare), spellOut(bare), singular(spellOut(bare))} {
			if chinese := within(p, i > 0, i+n < len(parts)); chinese != "" {
				return chinese + phrase[len(bare):], n
			}
		}
	}
	if isNumber(parts[i]) || HasChinese(parts[i]) {
		return parts[i], 1
	}
	return "", 0
}

// maxPhrase is how many words of the dictionary's make a phrase.
const maxPhrase = 4

// within is the Chinese of a phrase with words before or after it.
func within(phrase string, after, before bool) string {
	var first, last string
	if before {
		first = dictionary[phrase+" +"]
	}
	if after {
		last = dictionary["+ "+phrase]
	}
	return cmp.Or(first, last, dictionary[phrase])
}

// chineseOrder puts what a thing is of before it, a count behind what it
// counts, and a measure before what it measures: "birth date" for "date of
// birth", "room count" for "num room", 每 "night price" for "price per night".
func chineseOrder(parts []string) []string {
	of, per, last := slices.Index(parts, "of"), slices.Index(parts, "per"), len(parts)-1
	switch {
	case last < 1 || dictionary[strings.Join(parts, " ")] != "":
		return parts
	case of == 1 && of < last && counting[parts[0]]:
		return append(slices.Clone(parts[2:]), "count")
	case parts[0] == "num" || parts[0] == "count":
		return append(slices.Clone(parts[1:]), "count")
	case of > 0 && of < last:
		return slices.Concat(parts[of+1:], parts[:of])
	case per > 0 && per < last:
		return slices.Concat([]string{"每"}, parts[per+1:], parts[:per])
	}
	return parts
}

var counting = set("no num number")

func isNumber(word string) bool {
	return strings.IndexFunc(word, func(r rune) bool { return r < '0' || r > '9' }) < 0
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
