package words_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

func TestIdentifiersAreSplitIntoWords(t *testing.T) {
	for name, want := range map[string][]string{
		"order_details":   {"order", "details"},
		"OrderLine":       {"order", "line"},
		"HTTPCode":        {"http", "code"},
		"customerId":      {"customer", "id"},
		"storeid":         {"store", "id"},
		"orderdate":       {"order", "date"},
		"valid":           {"valid"},
		"address2":        {"address2"},
		"服务区_name":        {"服务区", "name"},
		"weird \"-- name": {"weird", "name"},
	} {
		if got := words.Split(name); !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Cutting it would take longer than anybody waits.
func TestWordsLongerThanNamesStayWhole(t *testing.T) {
	long := strings.Repeat("packageage", 100) + "q"
	if got := words.Split(long); len(got) != 1 {
		t.Errorf("%d words", len(got))
	}
}

func TestTablesAreCalledAsPeopleCallThem(t *testing.T) {
	prefixes := map[string]bool{"bss": true, "t": true}
	for _, test := range []struct{ name, comment, zh, classifier, one, many string }{
		{"bss_service_area", "服务区基础信息表", "服务区", "个", "service area", "service areas"},
		{"orders", "订单表，记录客户下单", "订单", "笔", "order", "orders"},
		{"categories", "", "类别", "种", "category", "categories"},
		{"t_company", "公司信息表", "公司", "家", "company", "companies"},
		{"payment", "", "支付记录", "条", "payment", "payments"},
		{"order_details", "", "订单明细", "条", "order detail", "order details"},
		{"bss_car_day_data", "每日车流量统计表", "每日车流量", "条", "car day data record", "car day data records"},
		{"staff", "", "员工", "名", "staff member", "staff members"},
		{"movies", "", "电影", "部", "movie", "movies"},
		{"person", "", "人员", "名", "person", "people"},
		{"sale_p", "分区表：销售记录", "销售记录", "条", "sale p record", "sale p records"},
		{"invoice_2 2", "", "发票22", "个", "invoice 2 2 record", "invoice 2 2 records"},
		{"u", "", "u", "个", "u record", "u records"},
		{"xyzzy_foo", "", "xyzzy foo", "个", "xyzzy foo", "xyzzy foos"},
		{"xyzzy_list", "", "xyzzy list", "个", "xyzzy list entry", "xyzzy list entries"},
		{"xyzzy_xyzzy_demo", "", "xyzzy demo", "个", "xyzzy demo", "xyzzy demos"},
		{"nicer_but_slower_film_list", "", "美化版影片列表记录", "条", "nicer but slower film list entry", "nicer but slower film list entries"},
		{"chart_of_accounts", "", "会计科目", "个", "chart of accounts", "charts of accounts"},
		{"race", "", "种族", "个", "race", "races"},
		{"hero_power", "", "英雄能力", "种", "hero power", "hero powers"},
		{"shopping_cart", "", "购物车", "个", "shopping cart", "shopping carts"},
		{"work_orders", "", "工单", "张", "work order", "work orders"},
		{"sys_user", "", "系统用户", "名", "system user", "system users"},
		{"goods", "", "商品", "种", "goods record", "goods records"},
		{"vehicle_maintenance", "", "车辆维护", "次", "vehicle maintenance record", "vehicle maintenance records"},
		{"attendance", "", "考勤记录", "条", "attendance record", "attendance records"},
	} {
		zh := words.Table(test.name, test.comment, prefixes, events.Chinese)
		if zh.One != test.zh || zh.Classifier != test.classifier {
			t.Errorf("%s: %+v", test.name, zh)
		}
		en := words.Table(test.name, test.comment, prefixes, events.English)
		if en.One != test.one || en.Many != test.many {
			t.Errorf("%s: %+v", test.name, en)
		}
	}
}

func TestColumnsAreCalledAsPeopleCallThem(t *testing.T) {
	for _, test := range []struct{ name, comment, zh, zhUnit, en, enUnit string }{
		{"pay_sum", "支付总额（元）", "支付总额", "元", "pay sum", ""},
		{"status", "状态: 1 启用, 2 停用", "状态", "", "status", ""},
		{"height_cm", "", "高度", "厘米", "height", "cm"},
		{"milliseconds", "", "时长", "毫秒", "duration", "milliseconds"},
		{"created_at", "", "创建时间", "", "creation time", ""},
		{"unit_price", "", "单价", "", "unit price", ""},
		{"is_active_flag", "", "启用", "", "is active", ""},
		{"weight", "the weight of the thing, in a sentence", "重量", "", "weight", ""},
		{"id", "主键", "ID", "", "ID", ""},
		{"customer_id", "", "客户编号", "", "customer ID", ""},
		{"return_date", "", "归还日期", "", "return date", ""},
		{"manager_staff_id", "", "经理编号", "", "manager staff ID", ""},
		{"order_no", "", "订单号", "", "order number", ""},
		{"home_phone", "", "家庭电话", "", "home phone", ""},
		{"ship_postal_code", "", "收货邮政编码", "", "ship postal code", ""},
		{"contact_person", "", "联系人", "", "contact person", ""},
		{"postcode", "", "邮政编码", "", "post code", ""},
		{"state_abbr", "", "州缩写", "", "state abbreviation", ""},
		{"address2", "", "地址2", "", "address2", ""},
		{"date_of_birth", "", "出生日期", "", "date of birth", ""},
		{"number_of_guests", "", "客人数量", "", "number of guests", ""},
		{"price_per_night", "", "每晚价格", "", "price per night", ""},
		{"total_hours", "", "总小时数", "", "total hours", ""},
		{"duration_hours", "", "时长", "小时", "duration", "hours"},
		{"area_sqm", "", "面积", "平方米", "area", "square metres"},
	} {
		if term, unit := words.Column(test.name, test.comment, events.Chinese); term != test.zh || unit != test.zhUnit {
			t.Errorf("%s: %q in %q", test.name, term, unit)
		}
		if term, unit := words.Column(test.name, test.comment, events.English); term != test.en || unit != test.enUnit {
			t.Errorf("%s: %q in %q", test.name, term, unit)
		}
	}
}

func TestReferencesLoseWhatIdentifies(t *testing.T) {
	for _, test := range []struct{ name, comment, zh, en string }{
		{"customer_id", "客户编号", "客户", "customer"},
		{"ManagerId", "", "经理", "manager"},
		{"eye_colour_id", "", "眼睛颜色", "eye colour"},
		{"id", "", "", ""},
	} {
		if got := words.Reference(test.name, test.comment, events.Chinese); got != test.zh {
			t.Errorf("%s: %q", test.name, got)
		}
		if got := words.Reference(test.name, test.comment, events.English); got != test.en {
			t.Errorf("%s: %q", test.name, got)
		}
	}
}

func TestSumsAreNamedOnce(t *testing.T) {
	for term, want := range map[string]string{"金额": "总金额", "支付总额": "支付总额", "总计": "总计", "库存数量": "库存总数", "数量": "总数量"} {
		if got := words.Total(term, events.Chinese); got != want {
			t.Errorf("%s: %s", term, got)
		}
	}
	for term, want := range map[string]string{"amount": "total amount", "total": "total amount", "total amount": "total amount"} {
		if got := words.Total(term, events.English); got != want {
			t.Errorf("%s: %s", term, got)
		}
	}
}

func TestSeveral(t *testing.T) {
	for phrase, want := range map[string]bool{"parking spaces": true, "units in stock": true, "price": false, "status": false, "length of stays": false} {
		if words.Several(phrase) != want {
			t.Errorf("%s: %v", phrase, !want)
		}
	}
}

// Names come from databases of strangers.
func FuzzNames(f *testing.F) {
	f.Add("order_details", "订单明细表（元）")
	f.Add("", "")
	f.Add("___", "主键ID")
	f.Add("\xff\xfeA", "a\x00b")
	f.Fuzz(func(t *testing.T, name, comment string) {
		for _, language := range []events.Language{events.Chinese, events.English} {
			table := words.Table(name, comment, nil, language)
			column, unit := words.Column(name, comment, language)
			for _, text := range []string{table.One, table.Many, column, unit, words.Reference(name, comment, language)} {
				if utf8.ValidString(name) && utf8.ValidString(comment) && !utf8.ValidString(text) {
					t.Errorf("%q, %q: %q", name, comment, text)
				}
			}
		}
	})
}

func TestExtremes(t *testing.T) {
	for term, want := range map[string]string{"时长": "最长", "单价": "最高", "车位数": "最多", "分数": "最高", "select": "最高"} {
		if much, _ := words.Extremes(term, events.Chinese); much != want {
			t.Errorf("%s: %s", term, much)
		}
	}
	for term, want := range map[string]string{"duration": "longest", "unit price": "highest", "body weight": "greatest"} {
		if much, _ := words.Extremes(term, events.English); much != want {
			t.Errorf("%s: %s", term, much)
		}
	}
}

func TestPluralsOfPhrases(t *testing.T) {
	for one, many := range map[string]string{"title of courtesy": "titles of courtesy", "units in stock": "units in stock", "order detail": "order details", "date of birth": "dates of birth"} {
		if got := words.Plural(one); got != many {
			t.Errorf("%s: %s", one, got)
		}
	}
}

func TestViewsThatAddUp(t *testing.T) {
	for _, tt := range []struct {
		language events.Language
		want     string
	}{{events.English, "store sales summary"}, {events.Chinese, "门店销售汇总"}} {
		if got := words.Table("sales_by_store", "", nil, tt.language).One; got != tt.want {
			t.Errorf("%s", got)
		}
	}
	if got := words.Table("customer_list", "", nil, events.English); got.One != "customer list entry" || got.Many != "customer list entries" {
		t.Errorf("%+v", got)
	}
	if got := words.Table("customer_list", "", nil, events.Chinese); got.One != "客户列表记录" || got.Classifier != "条" {
		t.Errorf("%+v", got)
	}
	if got := words.Phrase("sales", events.Chinese); got != "销售" {
		t.Error(got)
	}
}

func TestTimesInChineseSayThatTheyAreTimes(t *testing.T) {
	for term, want := range map[string]string{"入职": "入职日期", "下单日期": "下单日期", "生日": "生日", "到期": "到期", "hired": "hired"} {
		if got := words.Moment(term, true, false); got != want {
			t.Errorf("%s: %s", term, got)
		}
	}
	if got := words.Moment("出现", false, true); got != "出现时间" {
		t.Error(got)
	}
	if got := words.Moment("金额", false, false); got != "金额" {
		t.Error(got)
	}
}

func TestPeopleHaveBodies(t *testing.T) {
	people := words.Table("superhero", "", nil, events.Chinese)
	goods := words.Table("products", "", nil, events.Chinese)
	for term, want := range map[string]string{"重量": "体重", "高度": "身高", "价格": "价格"} {
		if got := words.Bodily(term, people); got != want {
			t.Errorf("%s of people: %s", term, got)
		}
		if got := words.Bodily(term, goods); got != term {
			t.Errorf("%s of goods: %s", term, got)
		}
	}
}
