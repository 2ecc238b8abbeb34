package ddl

import (
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
)

// Whoever asks in Chinese finds tables whose names and comments are English.
func TestNamesAreToldInChineseWhereCommentsAreNot(t *testing.T) {
	dsn := database(t, `
		CREATE TABLE customer (customer_id int PRIMARY KEY, city text, xyzzy text);
		CREATE TABLE invoice (invoice_id int PRIMARY KEY, weight_kg int);
		COMMENT ON TABLE invoice IS 'What was billed.';
		COMMENT ON COLUMN invoice.weight_kg IS 'of the parcel..';`)
	for lang, want := range map[events.Language]map[string][]string{
		events.Chinese: {
			"customer.ddl":       {"-- 中文名: 客户\n-- 描述: 存放客户，共 3 个字段：customer_id、city、xyzzy\n", "-- 城市"},
			"customer_detail.md": {"## customer（客户）\n", "- city (text) - 城市\n", "- xyzzy (text)\n"},
			"invoice.ddl":        {"-- 中文名: 发票\n-- 描述: What was billed.\n", "COMMENT ON COLUMN public.invoice.weight_kg IS 'of the parcel..';"},
			"invoice_detail.md":  {"## invoice（发票）\n", "- weight_kg (integer) - 重量：of the parcel.\n"},
		},
		events.English: {
			"customer.ddl":      {"-- Name: customer\n-- Description: 3 columns (customer_id, city, xyzzy)\n"},
			"invoice_detail.md": {"## invoice (What was billed)\n", "- weight_kg (integer) - of the parcel.\n"},
		},
	} {
		files, _, err := execute(t, dsn, lang, zap.NewNop(), "*")
		if err != nil {
			t.Fatal(err)
		}
		for name, texts := range want {
			for _, w := range texts {
				if got := text(t, files, name); !strings.Contains(got, w) {
					t.Errorf("%s %s lacks %q:\n%s", lang, name, w, got)
				}
			}
		}
	}
}
