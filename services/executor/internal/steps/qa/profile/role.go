package profile

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// Role is the part that a column plays in questions.
type Role int

// The roles.
const (
	Hidden    Role = iota // secrets, bookkeeping, documents: never asked about
	Key                   // identifies the row
	Reference             // identifies a row of another table
	Personal              // text about a person: shown, its values never asked for
	Code                  // identifies something, or is no quantity: no arithmetic
	Category              // few values: filters and groups
	Flag                  // yes or no
	Amount                // a number that adds up
	Level                 // a number that does not: prices, ratings, sizes
	Year                  // the number of a year
	Moment                // a date, or a date and time
	Text                  // any other text
)

// The words that give a column's part away, in its name and in its comment.
// The name is matched by whole words without plural endings, the comment by
// what it contains.
var (
	secret    = vocabulary("password passwd pwd token secret salt hash credential signature apikey session cookie", "密码 口令 令牌 密钥 盐值 签名")
	personal  = vocabulary("phone mobile tel telephone cell fax email mail address addr street ip passport ssn identity idcard iban nickname surname contact wechat openid birthday birthdate dob birth username login licence license plate", "手机 电话 邮箱 身份证 地址 联系人 联系方式 银行卡 卡号 账号 微信 出生 生日 车牌 护照 昵称 姓名 用户名 传真 证件")
	people    = vocabulary("customer employee user person people staff actor patient student teacher member contact author driver doctor nurse guest passenger worker manager client owner buyer visitor operator agent lecturer tenant resident citizen candidate", "客户 顾客 员工 用户 人员 会员 学生 教师 老师 患者 病人 联系人 司机 医生 护士 乘客 旅客 职员 客人 演员 作者 雇员 居民")
	location  = vocabulary("latitude longitude lat lng lon geom geometry coordinate", "经度 纬度 坐标")
	document  = vocabulary("url uri path html image img photo picture avatar logo icon file filename extra payload raw json xml", "图片 头像 链接 路径 附件 照片")
	prose     = vocabulary("description desc note remark comment content body memo summary bio detail message reason", "描述 说明 备注 内容 简介 摘要 正文 原因")
	rewritten = vocabulary("updated update modified modify modification changed deleted delete synced sync etl loaded", "更新 修改 删除 同步 入库")
	written   = vocabulary("created create inserted insert", "创建 录入 插入")
	keepers   = vocabulary("version revision lock sort sorting seq sequence ordinal ordering uuid guid oid rowid xmin checksum deleted del", "版本 排序 序号 乐观锁 删除标")
	codes     = vocabulary("id code no number zip zipcode postcode postal barcode serial isbn sku port account index position rank ref", "编号 编码 代码 邮编 号码 条码 单号 序列号 桩号 名次")
	classes   = vocabulary("status state type kind category class grade gender sex mode priority method channel level rating flag currency country province region city source department group stage phase role title industry brand direction season language size severity shift section district race city colour color segment tier plan month weekday day quarter hour active enabled", "状态 类型 类别 分类 性别 等级 级别 渠道 方式 来源 省份 城市 地区 区域 部门 方向 性质 用途 行业 品牌 阶段 职务 职称 职位 班次 科目 月份 季度 星期")
	sums      = vocabulary("amount total quantity qty sum fee cost revenue sale income payment freight balance subtotal count volume budget expense profit tax num unit byte population stock inventory mileage turnover visitor traffic paid refund", "金额 数量 总额 合计 费用 收入 支出 成本 额 量 人数 次数 辆数 单数 笔数 件数 张数 库存 利润 税 总计 余额 款 总数 客流 里程数")
	planned   = vocabulary("required due expected planned expire expires expiry deadline target scheduled", "要求 计划 预计 到期 截止 期限")
	levels    = vocabulary("price rate ratio percent percentage pct score average avg mean age height weight length width depth temperature speed duration discount salary wage limit reorder minimum maximum min max replacement rank area size capacity milliseconds millisecond second minute hour day distance", "单价 价格 率 比例 占比 评分 得分 平均 年龄 身高 体重 长度 宽度 温度 速度 时长 折扣 薪 工资 限 面积 容量 分数 距离 天数 车位")
)

type lexicon struct {
	words    map[string]bool
	comments []string
}

func vocabulary(english, chinese string) lexicon {
	l := lexicon{map[string]bool{}, strings.Fields(chinese)}
	for w := range strings.FieldsSeq(english) {
		l.words[w] = true
	}
	return l
}

// hint is what a name and a comment say.
type hint struct {
	stem    []string
	comment string // its Chinese part up to the first punctuation
}

func hintOf(name, comment string) hint {
	if comment == "" && words.HasChinese(name) {
		comment = name
	}
	cut := strings.IndexFunc(comment, func(r rune) bool { return strings.ContainsRune("，,。；;：:（(、\n=", r) })
	if cut >= 0 {
		comment = comment[:cut]
	}
	return hint{words.Stem(name), comment}
}

// is says whether any word of the name, or the comment, is of the lexicon.
func (h hint) is(l lexicon) bool {
	return slices.ContainsFunc(h.stem, func(w string) bool { return l.words[w] }) || h.says(l)
}

// ends is as is, but looks at the name's last word only.
func (h hint) ends(l lexicon) bool { return l.words[h.last()] || h.says(l) }

func (h hint) says(l lexicon) bool {
	return slices.ContainsFunc(l.comments, func(w string) bool { return strings.Contains(h.comment, w) })
}

func (h hint) last() string {
	if len(h.stem) == 0 {
		return ""
	}
	return h.stem[len(h.stem)-1]
}

func (h hint) contains(word string) bool { return slices.Contains(h.stem, word) }

// roleOf judges a column by type, name and comment; what a sample says comes
// on top of it in refine. Keys and references are known before.
func roleOf(t *Table, c *Column) Role {
	h := hintOf(c.Name, c.Comment)
	switch {
	case h.is(secret):
		return Hidden
	case c.Category == catalog.Boolean:
		return unless(h.is(keepers), Flag)
	case c.Category == catalog.Date || c.Category == catalog.Timestamp:
		return momentRole(c, h)
	case c.Category == catalog.Enum:
		return Category
	case c.Category == catalog.Integer || c.Category == catalog.Decimal:
		return numberRole(c, h)
	case c.Category == catalog.Text:
		return textRole(t, h)
	}
	return Hidden
}

func unless(hidden bool, role Role) Role {
	if hidden {
		return Hidden
	}
	return role
}

func momentRole(c *Column, h hint) Role {
	if h.is(personal) {
		return Personal
	}
	c.Audit = h.is(written)
	return unless(h.is(rewritten), Moment)
}

func numberRole(c *Column, h hint) Role {
	whole := c.Category == catalog.Integer
	counts := len(h.stem) > 1 && (h.stem[0] == "num" || h.contains("of") || h.contains("count"))
	switch {
	case h.is(keepers), h.is(location):
		return Hidden
	case h.ends(vocabulary("year", "年份 年度")):
		return Year
	case h.is(personal) && !h.says(sums):
		return Hidden
	case counts:
		return Amount
	case h.ends(codes), whole && len(h.stem) == 1 && len(c.Name) == 3 && h.last()[1:] == "id": // fid, sid
		return Code
	case whole && h.ends(classes) && !h.is(levels) && !h.is(sums), h.last() == "flag":
		return Category
	case h.is(levels):
		return Level
	case h.is(sums):
		return Amount
	}
	return Level
}

func textRole(t *Table, h hint) Role {
	person := len(h.stem) > 0 && h.last() == "name" && (slices.ContainsFunc(h.stem, func(w string) bool { return people.words[w] }) ||
		h.contains("first") || h.contains("last") || h.contains("full") || h.contains("middle") || h.contains("real") ||
		len(h.stem) == 1 && hintOf(t.Name, t.Comment).is(people))
	operator := slices.Contains(h.stem, "by") && (h.is(written) || h.is(rewritten))
	switch {
	case operator, h.is(document), h.is(location), h.is(keepers):
		return Hidden
	case person, h.is(personal):
		return Personal
	case h.is(prose):
		return Text
	case h.ends(codes):
		return Code
	case h.ends(classes):
		return Category
	}
	return Text
}

// Planned says that a time is when something should happen, not when it did.
func (c *Column) Planned() bool {
	return hintOf(c.Name, c.Comment).is(planned)
}

// refine corrects a role by what a sample shows.
func refine(c *Column) {
	s := c.Stats
	if s == nil || s.Rows == 0 || s.Rows == s.Nulls {
		return
	}
	if s.DateForm != "" && c.Role != Key && c.Role != Reference && c.Role != Hidden && !s.Private {
		h := hintOf(c.Name, c.Comment)
		c.DateForm, c.Role, c.Audit = s.DateForm, unless(h.is(rewritten), Moment), h.is(written)
		return
	}
	if c.Category == catalog.Integer && c.Role != Key && c.Role != Reference && c.Role != Amount && s.binary() {
		c.Role = Flag
	}
	few := s.Distinct <= maxCategory && (s.Distinct <= maxNumbers || c.Category == catalog.Text) && 2*s.Distinct <= s.Rows-s.Nulls && s.Longest <= maxValue
	switch c.Role {
	case Category:
		if s.Distinct == 1 {
			c.Role = Hidden
		} else if c.Category != catalog.Enum && !few {
			c.Role = map[catalog.Category]Role{catalog.Text: Text, catalog.Integer: Level}[c.Category]
		}
	case Text:
		h := hintOf(c.Name, c.Comment)
		if few && !h.is(prose) {
			c.Role = Category
		}
	case Year:
		if s.Low < 1000 || s.High > 3000 {
			c.Role = Level
		}
	case Level, Amount:
		if s.Distinct == 1 {
			c.Role = Hidden
		}
	}
	if s.Private && c.Role != Key && c.Role != Reference {
		c.Role = Personal
	}
}

// maxCategory bounds how many values a column may have to be one of few,
// maxNumbers where they are numbers, and maxValue how long they may be, in
// characters.
const maxCategory, maxNumbers, maxValue = 200, 20, 60
