package ddl

import (
	"maps"
	"os"
	"slices"
	"testing"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// fixture is the SQL of a file of testdata.
func fixture(t *testing.T, name string) string {
	t.Helper()
	sql, err := os.ReadFile("testdata/" + name + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(sql)
}

func TestTheFilesGiveBackTheSchema(t *testing.T) {
	for _, test := range []struct {
		fixture  string
		lang     events.Language
		warnings int // of foreign tables out of reach, and of a view that was never filled
	}{
		{"everything", events.Chinese, 0}, {"everything", events.English, 0}, {"keys", events.Chinese, 0}, {"odd", events.English, 0},
		{"views", events.Chinese, 1}, {"foreign", events.English, 7},
	} {
		t.Run(test.fixture+" "+string(test.lang), func(t *testing.T) {
			t.Parallel()
			from := testkit.SharedPostgres(t, fixture(t, test.fixture))
			files, result, err := execute(t, from, test.lang, zap.NewNop(), "*")
			if err != nil || result.Warnings != test.warnings {
				t.Fatalf("%+v, %v", result, err)
			}
			checkRoundTrip(t, from, files, testkit.Postgres(t))
		})
	}
}

func TestTheSameDatabaseGivesTheSameBytes(t *testing.T) {
	for _, name := range []string{"everything", "views", "foreign"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := testkit.SharedPostgres(t, fixture(t, name))
			first, _, err := execute(t, from, events.Chinese, zap.NewNop(), "*")
			if err != nil {
				t.Fatal(err)
			}
			again, _, err := execute(t, from, events.Chinese, zap.NewNop(), "public.*", "*")
			if err != nil {
				t.Fatal(err)
			}
			if names, others := slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(again)); !slices.Equal(names, others) {
				t.Fatalf("files %v, then %v", names, others)
			}
			for file := range first {
				if text(t, first, file) != text(t, again, file) {
					t.Errorf("%s differs", file)
				}
			}
		})
	}
}
