package embed_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/services/executor/internal/embed"
)

func cosine(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func vectors(t *testing.T, texts ...string) [][]float32 {
	t.Helper()
	out, err := embed.Lexical().Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A question finds the one that means the same in other words, among others of
// the same database.
func TestLexicalFindsTheNearParaphrase(t *testing.T) {
	for _, set := range []struct {
		language string
		stored   []string
		asked    map[string]int
	}{
		{"zh", []string{
			"每个服务区的日均营业额是多少？", "各公司下属服务区数量", "按月统计车流量的变化趋势", "营业额最高的前10个服务区",
			"各支付方式的订单金额占比", "客户的平均年龄", "每条路线经过的路段数量", "已取消的预订有多少", "各状态的预订数量", "餐饮类商家的月销售总额",
			"最近一年新增的客户数", "每个路段的限速是多少",
		}, map[string]int{
			"查询各个服务区每天平均的营业额": 0, "每家公司有多少个服务区": 1, "车流量每月趋势如何": 2, "哪10个服务区营业额最高": 3,
			"订单金额按支付方式的占比": 4, "客户平均多大年龄": 5, "路线包含多少路段": 6, "取消的预订数": 7, "预订按状态分布": 8,
			"餐饮商家每月销售额合计": 9, "过去一年新增客户有多少": 10, "路段限速": 11,
		}},
		{"en", []string{
			"What is the average daily revenue of each service area?", "How many service areas does each company have?",
			"Monthly trend of car counts", "Top 10 service areas by revenue", "Share of order amount by payment method",
			"Average age of customers", "Number of sections on each route", "How many bookings were cancelled?",
			"Bookings by status", "Total monthly sales of restaurants", "New customers in the last year", "Speed limit of every section",
		}, map[string]int{
			"Show average revenue per day for every service area": 0, "count of service areas per company": 1,
			"car count trend by month": 2, "which 10 service areas have the highest revenue": 3,
			"order amounts split by payment methods": 4, "how old are customers on average": 5,
			"sections per route": 6, "cancelled booking count": 7, "booking status distribution": 8,
			"restaurant sales total per month": 9, "customers added last year": 10, "section speed limits": 11,
		}},
	} {
		t.Run(set.language, func(t *testing.T) {
			stored := vectors(t, set.stored...)
			first := 0
			for question, want := range set.asked {
				v := vectors(t, question)[0]
				order := make([]int, len(stored))
				for i := range order {
					order[i] = i
				}
				slices.SortFunc(order, func(a, b int) int {
					if cosine(v, stored[a]) > cosine(v, stored[b]) {
						return -1
					}
					return 1
				})
				switch rank := slices.Index(order, want); {
				case rank == 0:
					first++
				case rank > 2:
					t.Errorf("%q: %q comes %dth, behind %q", question, set.stored[want], rank+1, set.stored[order[0]])
				}
			}
			t.Logf("first: %d of %d", first, len(set.asked))
			if first < 11 {
				t.Errorf("only %d of %d come first", first, len(set.asked))
			}
		})
	}
}

// Stored vectors must stay comparable: whoever changes these numbers changes
// the name.
func TestLexicalIsPinned(t *testing.T) {
	e := embed.Lexical()
	if e.Name() != "lexical-v1" || e.Dimension() != 512 {
		t.Fatalf("%s, %d", e.Name(), e.Dimension())
	}
	v := vectors(t, "各服务区的日均营业额是多少？ Top 10 by revenue")[0]
	var sum float64
	for i, x := range v {
		sum += float64(i+1) * float64(x)
	}
	if math.Abs(sum-lexicalPin) > 1e-3 {
		t.Errorf("pin is %.4f", sum)
	}
}

const lexicalPin = -619.0882

func TestLexicalVectorsHaveLengthOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		out, err := embed.Lexical().Embed(context.Background(), []string{text, text})
		if err != nil {
			t.Fatal(err)
		}
		if len(out[0]) != 512 || math.Abs(cosine(out[0], out[1])-1) > 1e-5 || !slices.Equal(out[0], out[1]) {
			t.Fatalf("%q: %d components, cosine with itself %f", text, len(out[0]), cosine(out[0], out[1]))
		}
	})
}

func TestLexicalStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := embed.Lexical().Embed(ctx, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}
