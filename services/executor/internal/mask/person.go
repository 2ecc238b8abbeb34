package mask

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// surnames are the Chinese ones that nearly everyone bears.
const surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊甄曲家封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶黎乔苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍桑桂濮牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公覃肖涂代付佘闫苟"

// looksLikeName says that a whole value could be a Chinese person's name: two
// to four characters after a surname, and none that ends the name of a place or
// of an organisation. Many other words look like that too, so one alone proves
// nothing.
func looksLikeName(value string) bool {
	n := utf8.RuneCountInString(value)
	if n < 2 || n > 4 || strings.ContainsFunc(value, func(r rune) bool { return !isHan(r) && r != '·' }) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(value)
	end, _ := utf8.DecodeLastRuneInString(value)
	return strings.ContainsRune(surnames, first) && !strings.ContainsRune("省市区县镇乡村路街道站店厂公司部局院校园楼号店品类型色卡车机器费款单中", end)
}

// labelled are forms in which a text itself says what follows. Their last group
// is what is personal. Their words are signs behind the name.
var labelled = prepared([]finder{
	{kind: Name, needs: "名人", form: regexp.MustCompile(`(?:姓名|联系人|收货人|收件人|寄件人|持卡人|户名|经办人|负责人|申请人|客户名)(?:为|是)?\s*[:：=为是]?\s*([\p{Han}·]{2,4})`)},
	{kind: Name, needs: "生士姐师", form: regexp.MustCompile(`([` + surnames + `]\p{Han}{0,2}?)(?:先生|女士|小姐|老师|师傅|医生)`)},
	{kind: Name, needs: "Mm", form: regexp.MustCompile(`\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme)\.? ((?:\p{Lu}[\p{L}'’\-]+\.?|\p{Lu}\.)(?: (?:\p{Lu}[\p{L}'’\-]+|\p{Lu}\.)){0,3})`)},
	{kind: Name, needs: ":=", words: signs(":="), form: regexp.MustCompile(`(?i:\b(?:full name|first name|last name|name|contact|customer|recipient|patient|employee|signed))\s*[:=]\s*(\p{Lu}[\p{L}'’\-]+(?: (?:\p{Lu}[\p{L}'’\-]+|\p{Lu}\.)){0,3})`)},
	{kind: Identity, needs: "Pp护", digits: 6, form: regexp.MustCompile(`(?i:passport|护照)(?i:\s*(?:no|number|nr|号码|号))?[\s.:：#=为]*([A-Za-z]{0,2}\d{6,9})`)},
	{kind: Identity, needs: "IiSs身", digits: 1, form: regexp.MustCompile(`(?i:身份证|证件|\bid card|\bidentity|\bssn|\bid)(?i:\s*(?:no|number|nr|号码|号))?\s*[.:：#=为]+\s*([A-Za-z]{0,2}\d[\dXx\-]{5,17})`)},
	{kind: Online, needs: "微Qq", form: regexp.MustCompile(`(?i:微信|wechat|QQ)(?i:\s*(?:id|号码|号))?\s*[:：=为是]?\s*([A-Za-z][\w\-]{5,19}|\d{5,11})`)},
	{kind: Phone, needs: "电手TtPpMmFf", digits: 1, form: regexp.MustCompile(`(?i:电话|手机|座机|传真|\btel|\btelephone|\bphone|\bmobile|\bfax|\bcell)(?i:\s*(?:no|number|号码|号))?\s*[.:：=为是]*\s*(\+?[\d(][\d()\-. ]{5,18}\d)`)},
	{kind: Card, needs: "卡", digits: 2, form: regexp.MustCompile(`(?:银行卡|卡号|信用卡|储蓄卡)(?:号码|号)?\s*[:：=为是]?\s*(\d[\d ]{10,22}\d)`)},
	{kind: Birth, needs: "生BbDd", digits: 4, form: regexp.MustCompile(`(?i:生日|出生日期|出生年月|出生于|\bborn(?: on)?|\bbirthday|\bdate of birth|\bdob)\s*[:：=为是]?\s*(\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})`)},
	{kind: Address, needs: "址", form: regexp.MustCompile(`(?:地址|住址|住所)\s*[:：=为是]\s*([^\s,，。;；"'{}\[\]]{4,60})`)},
	{kind: Secret, needs: "密口Pp", words: signs("：:=为是"), form: regexp.MustCompile(`(?i:密码|口令|验证码|\bpassword|\bpasswd|\bpwd|\bpasscode)\s*[:：=为是]+\s*([^\s,，。;；"']{3,64})`)},
	{kind: Secret, needs: "TtSsAa", words: signs(":="), form: regexp.MustCompile(`(?i)\b(?:token|secret|api[_-]?key|access[_-]?key)\s*[:=]\s*([\w.~+/-]{6,}=*)`)},
})

// signs are the characters of a text as words.
func signs(text string) []string { return strings.Split(text, "") }

// findLabelled finds what a text itself puts a name to.
func findLabelled(text string, t *traits, take func(span)) {
	for i := range labelled {
		l := &labelled[i]
		if !t.allow(l) {
			continue
		}
		for _, m := range l.form.FindAllStringSubmatchIndex(text, -1) {
			take(span{l.kind, m[len(m)-2], m[len(m)-1], true})
		}
	}
}
