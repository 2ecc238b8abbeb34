package ddl

import (
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// TestWhatIsCalledAnEnumeration is what has no other values: a few numbers that
// happen to be in a column are none.
func TestWhatIsCalledAnEnumeration(t *testing.T) {
	t.Parallel()
	dsn := testkit.SharedPostgres(t, `
		CREATE TYPE size AS ENUM ('S', 'M');
		CREATE TABLE offer (id int PRIMARY KEY, size size, code text, sold boolean, stars smallint CHECK (stars IN (1, 2, 3)),
			reorder_level smallint, rate numeric(4,2) CHECK (rate > 0), week date);
		INSERT INTO offer SELECT i, 'S', (ARRAY['new', 'used'])[1 + i % 2], i % 2 = 0, 1 + i % 3, 10 * (i % 4), 0.5 + i % 3, date '2024-01-01' + 7 * (i % 3)
			FROM generate_series(1, 60) i`)
	files, _, err := execute(t, dsn, events.English, zap.NewNop(), "*")
	if err != nil {
		t.Fatal(err)
	}
	page := text(t, files, "offer_detail.md")
	for column, want := range map[string]bool{"size": true, "code": true, "sold": false, "stars": true, "reorder_level": false, "rate": false, "week": false} {
		if got := strings.Contains(page, "- "+column+" is an enumeration with the values "); got != want {
			t.Errorf("%s is called an enumeration: %t\n%s", column, got, page)
		}
	}
}
