package words

import (
	"strings"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
)

// Bodily is what a quantity of people is called: 体重 is a person's 重量.
func Bodily(term string, of Term) string {
	bodily := map[string]string{"高度": "身高", "重量": "体重"}[term]
	if bodily == "" || of.Classifier != "名" && of.Classifier != "位" {
		return term
	}
	return bodily
}

// Total is what the sum of a quantity is called.
func Total(term string, language events.Language) string {
	if language == events.English {
		switch {
		case term == "total" || term == "sum":
			return "total amount"
		case strings.HasPrefix(term, "total "):
			return term
		}
		return "total " + term
	}
	if strings.HasPrefix(term, "总") || hasAnySuffix(term, "总额", "合计", "总计", "总数", "总量", "总和") {
		return term
	}
	if what, ok := strings.CutSuffix(term, "数量"); ok && what != "" {
		return what + "总数"
	}
	return "总" + space(term)
}

// Average is what the mean of a quantity is called.
func Average(term string, language events.Language) string {
	if language == events.English {
		return "average " + term
	}
	if strings.HasPrefix(term, "平均") {
		return term + "均值"
	}
	return "平均" + space(term)
}

// space sets Latin text apart from the Chinese before it.
func space(term string) string {
	if term != "" && term[0] < utf8.RuneSelf {
		return " " + term
	}
	return term
}
