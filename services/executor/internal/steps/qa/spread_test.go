package qa_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
)

// likeTables are families of tables that differ in nothing but their names, and
// have no other times than those of writing.
func likeTables(families int) string {
	var b strings.Builder
	for n := range families {
		fmt.Fprintf(&b, `CREATE TABLE owner%[1]d (id int PRIMARY KEY, owner_name text NOT NULL, amount numeric, status text, created_at timestamptz);
			INSERT INTO owner%[1]d SELECT i, 'Owner ' || i, i, (ARRAY['new', 'open', 'done'])[1 + i %% 3], timestamptz '2024-01-01' + i * interval '9 days' FROM generate_series(1, 40) i;`, n)
		for _, kind := range []string{"bill", "task", "trip"} {
			fmt.Fprintf(&b, `CREATE TABLE %[2]s%[1]d (id int PRIMARY KEY, owner_id int REFERENCES owner%[1]d, title text NOT NULL, amount numeric, status text, created_at timestamptz);
				INSERT INTO %[2]s%[1]d SELECT i, 1 + i %% 30, 'Title ' || i, 3 * i, (ARRAY['new', 'open', 'done'])[1 + i %% 3], timestamptz '2024-01-01' + i * interval '9 days' FROM generate_series(1, 90) i;`, n, kind)
		}
	}
	return b.String()
}

// TestShapesSpreadOverManyLikeTables: what one theme is not asked, another is, in
// words that differ too.
func TestShapesSpreadOverManyLikeTables(t *testing.T) {
	t.Parallel()
	_, result, list := made(t, likeTables(20), events.English)
	for _, shape := range []string{events.ShapeFilter, events.ShapeGroup, events.ShapeJoin, events.ShapeWindow, events.ShapeSetOperation, events.ShapeDateArithmetic, events.ShapeAntiJoin} {
		if n := result.Shapes[shape]; n < len(list)/20 {
			t.Errorf("%d of %d have the shape %s", n, len(list), shape)
		}
	}
	first, whole := map[string]int{}, map[string]int{}
	for _, p := range list {
		words := strings.Fields(p.Question)
		first[strings.Join(words[:2], " ")]++
		whole[strings.Join(strings.FieldsFunc(p.Question, func(r rune) bool { return r >= '0' && r <= '9' }), "#")]++
	}
	for begin, n := range first {
		if n > len(list)/3 {
			t.Errorf("%d of %d questions begin with %q", n, len(list), begin)
		}
	}
	if len(whole) < len(list)/4 {
		t.Errorf("%d questions are %d but for the names of tables", len(list), len(whole))
	}
}
