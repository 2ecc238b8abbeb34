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

// fixture makes a database of a file of testdata.
func fixture(t *testing.T, name string) string {
	t.Helper()
	sql, err := os.ReadFile("testdata/" + name + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	return database(t, string(sql))
}

func TestTheFilesGiveBackTheSchema(t *testing.T) {
	for name, warnings := range map[string]int{"everything": 0, "keys": 0, "views": 1, "foreign": 7} {
		from := fixture(t, name)
		for _, lang := range []events.Language{events.Chinese, events.English} {
			t.Run(name+" "+string(lang), func(t *testing.T) {
				files, result, err := execute(t, from, lang, zap.NewNop(), "*")
				if err != nil {
					t.Fatal(err)
				}
				if result.Warnings != warnings {
					t.Errorf("%+v", result)
				}
				checkRoundTrip(t, from, files, testkit.Postgres(t))
			})
		}
	}
}

func TestTheSameDatabaseGivesTheSameBytes(t *testing.T) {
	from := fixture(t, "everything")
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
	for name := range first {
		if text(t, first, name) != text(t, again, name) {
			t.Errorf("%s differs", name)
		}
	}
}
