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

func everything(t *testing.T) string {
	t.Helper()
	sql, err := os.ReadFile("testdata/everything.sql")
	if err != nil {
		t.Fatal(err)
	}
	return database(t, string(sql))
}

func TestTheFilesGiveBackTheSchema(t *testing.T) {
	from := everything(t)
	for _, lang := range []events.Language{events.Chinese, events.English} {
		t.Run(string(lang), func(t *testing.T) {
			files, result, err := execute(t, from, lang, zap.NewNop(), "*")
			if err != nil {
				t.Fatal(err)
			}
			if result.Warnings != 0 {
				t.Errorf("%+v", result)
			}
			checkRoundTrip(t, from, files, testkit.Postgres(t))
		})
	}
}

func TestTheSameDatabaseGivesTheSameBytes(t *testing.T) {
	from := everything(t)
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
