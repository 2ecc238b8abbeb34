package words

import "github.com/citu/datapipeline/events"

// extremes are the words for much and little of a quantity, by the end of its
// term.
var extremes = []struct {
	much, little string
	endings      []string
}{
	{"最长", "最短", []string{"时长", "长度", "里程", "里程数", "时间"}},
	{"最高", "最矮", []string{"身高"}},
	{"最重", "最轻", []string{"体重"}},
	{"最大", "最小", []string{"大小", "重量", "面积", "年龄", "容量", "尺寸"}},
	{"最多", "最少", []string{"数量", "次数", "人数", "天数", "车位数", "总数", "件数", "行数", "笔数", "单数", "辆数"}},
	{"longest", "shortest", []string{"duration", "length"}},
	{"greatest", "smallest", []string{"height", "weight", "size", "area", "distance", "quantity", "amount", "mileage", "capacity"}},
}

// Extremes are the superlatives for much and little of a quantity: 最高 and
// 最低 or "highest" and "lowest" where nothing fits better.
func Extremes(term string, language events.Language) (much, little string) {
	for _, e := range extremes {
		if hasAnySuffix(term, e.endings...) {
			return e.much, e.little
		}
	}
	if language != events.English {
		return "最高", "最低"
	}
	return "highest", "lowest"
}
