package mask

import (
	"fmt"
	"testing"

	"github.com/citu/datapipeline/events"
)

// BenchmarkColumn judges a column of 1,000 values of a kind, as sampling does.
func BenchmarkColumn(b *testing.B) {
	kinds := map[string]func(i int) string{
		"numbers": func(i int) string { return fmt.Sprint(100_000 + i) },
		"words":   func(i int) string { return fmt.Sprintf("product name %c%c", 'a'+i%26, 'a'+i/26%26) },
		"prose": func(i int) string {
			return fmt.Sprintf("第 %d 次来访，反映 the quick brown fox 在 2024-01-%02d 没有跳过去，已回复。", i, 1+i%28)
		},
		"times":    func(i int) string { return fmt.Sprintf("2024-01-01 12:%02d:%02d.123456+08", i/60%60, i%60) },
		"uuids":    func(i int) string { return fmt.Sprintf("550e8400-e29b-41d4-a716-44665544%04d", i) },
		"mobiles":  func(i int) string { return fmt.Sprintf("1380013%04d", i) },
		"document": func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "x", "phone": "1380013%04d"}`, i, i) },
	}
	for name, value := range kinds {
		b.Run(name, func(b *testing.B) {
			values := make([][]byte, 1000)
			for i := range values {
				values[i] = []byte(value(i))
			}
			for b.Loop() {
				j := New(events.MaskData).Column(Column{Table: "public.t", Name: "c", Type: "text"})
				for _, v := range values {
					j.See(v)
				}
				j.Mask(string(values[0]))
			}
		})
	}
}
