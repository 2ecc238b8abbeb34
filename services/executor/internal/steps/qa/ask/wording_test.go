package ask

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

func TestEveryFormHasWordsInBothLanguages(t *testing.T) {
	forms := slices.Sorted(maps.Keys(shapes))
	for language, wording := range wordings {
		if got := slices.Sorted(maps.Keys(wording)); !slices.Equal(got, forms) {
			t.Errorf("%s words %q, there are %q", language, got, forms)
		}
		for form, ways := range wording {
			seen := map[string]bool{}
			for _, way := range ways {
				if seen[way] {
					t.Errorf("%s twice: %s", form, way)
				}
				seen[way] = true
			}
		}
	}
}

func TestResultNamesAreIdentifiers(t *testing.T) {
	for phrase, want := range map[string]string{
		"order count":            "order_count",
		"总金额":                    "总金额",
		"average 金额":             "average_金额",
		"总 amount":               "总amount",
		"order detail数量":         "order_detail数量",
		"abc（public.abc）数量":      "abc数量",
		"abc (public.abc) count": "abc_count",
		"2nd price":              "n2nd_price",
		"order":                  `"order"`,
		"":                       "n",
		strings.Repeat("长", 40):  strings.Repeat("长", 19),
	} {
		if got := alias(phrase); got != want {
			t.Errorf("%q: %s", phrase, got)
		}
	}
}

func TestAliasesAreShortAndDistinct(t *testing.T) {
	table := func(name string) *profile.Table {
		return &profile.Table{Table: &catalog.Table{Schema: "public", Name: name}}
	}
	album := table("album")
	var got []string
	for _, r := range rels(table("order_details"), album, table("artist"), album, table("index_set"), table("中文")) {
		got = append(got, r.alias)
	}
	if want := []string{"od", "a", "ar", "a2", "is2", "t"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestThresholdsAreRound(t *testing.T) {
	for f, want := range map[float64]float64{187: 200, 183: 200, 340: 350, 163: 150, 0.99: 1, 2.99: 3, 1234: 1200, 0: 0, 7: 7, 52.5: 50} {
		if got := round(f); got != want {
			t.Errorf("%v: %v", f, got)
		}
	}
}

var latinNextToChinese = regexp.MustCompile(`\p{Han}[A-Za-z]|[A-Za-z]\p{Han}`)

func TestChineseAndLatinAreSetApart(t *testing.T) {
	if got := spaced("各title的album数量"); latinNextToChinese.MatchString(got) {
		t.Error(got)
	}
}

func TestArticles(t *testing.T) {
	for phrase, want := range map[string]string{"order": "an order", "unit price": "a unit price", "hour": "an hour", "height": "a height", "user": "a user", "index": "an index", "n of more than 3": "an n of more than 3", "u record": "a u record"} {
		if got := article(phrase); got != want {
			t.Errorf("%s: %s", phrase, got)
		}
	}
}

func TestWhatIsSaidOfFlagsInChinese(t *testing.T) {
	for term, want := range map[string]string{"是否启用": "已启用的", "停产": "已停产的", "启用标志": "已启用的", "是否有效": "有效的", "已付款": "已付款的", "可退款": "可退款的", "VIP": "标记为“VIP”的"} {
		if got := marked(term); got != want {
			t.Errorf("%s: %s", term, got)
		}
	}
}
