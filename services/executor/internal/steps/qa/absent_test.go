package qa_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// hollow are tables with a key that no row has, a column without a value and a
// table without rows.
const hollow = `
CREATE TABLE shop (id int PRIMARY KEY, shop_name text NOT NULL, city text);
CREATE TABLE voucher (id int PRIMARY KEY, title text, shop_id int REFERENCES shop);
CREATE TABLE sale (id int PRIMARY KEY, shop_id int REFERENCES shop, voucher_id int REFERENCES voucher, amount numeric, refund numeric, kind text, sold_on date, returned_on date);
INSERT INTO shop SELECT i, 'Shop ' || i, (ARRAY['Oslo', 'Rome'])[1 + i % 2] FROM generate_series(1, 9) i;
INSERT INTO voucher SELECT i, 'Voucher ' || i, NULL FROM generate_series(1, 9) i;
INSERT INTO sale SELECT i, NULL, NULL, 10 + i, NULL, (ARRAY['new', 'old'])[1 + i % 2], date '2024-01-01' + i FROM generate_series(1, 80) i;
CREATE TABLE pay (id int PRIMARY KEY, shop_id int REFERENCES shop, amount numeric, kind text, paid_on date)`

// TestNothingIsAskedAboutWhatIsNotThere: no join over a key that no row has, no
// sum of a column without values, and of a table without rows only its number.
func TestNothingIsAskedAboutWhatIsNotThere(t *testing.T) {
	t.Parallel()
	_, _, list := made(t, hollow, events.English)
	for _, p := range list {
		blank := strings.Contains(p.SQL, "refund") || strings.Contains(p.SQL, "returned_on") || strings.Contains(p.SQL, " JOIN ")
		if blank || slices.Contains(p.Tables, "public.pay") && p.SQL != "SELECT COUNT(*) AS pay_count FROM pay;" {
			t.Errorf("%s\n  %s", p.Question, p.SQL)
		}
	}
	if len(list) < 20 {
		t.Errorf("%d questions", len(list))
	}
}

// TestAKeyThatNoRowHasIsNoOther than the one that rows have: who has no visit is
// asked although visits have a second key to shops.
func TestAKeyThatNoRowHasIsNoOther(t *testing.T) {
	t.Parallel()
	text := questionsOf(t, testkit.SharedPostgres(t, `
		CREATE TABLE shop (id int PRIMARY KEY, shop_name text NOT NULL);
		CREATE TABLE visit (id int PRIMARY KEY, first_shop_id int REFERENCES shop, next_shop_id int REFERENCES shop);
		INSERT INTO shop SELECT i, 'Shop ' || i FROM generate_series(1, 40) i;
		INSERT INTO visit SELECT i, 1 + i % 30 FROM generate_series(1, 90) i`), events.English)
	if !strings.Contains(text, "not the first shop of any visit") || strings.Contains(text, "next shop") {
		t.Error(text)
	}
}
