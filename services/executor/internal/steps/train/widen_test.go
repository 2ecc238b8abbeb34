package train_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
)

// types are the rows about the types of the schema.
func types(t *testing.T, dsn string) []string {
	t.Helper()
	return query[string](t, dsn, `SELECT document FROM langchain_pg_embedding WHERE cmetadata::jsonb ->> 'file' = 'public_types.ddl' ORDER BY document COLLATE "C"`)
}

// The types of a schema stand in the store once, whichever tables later tasks
// are about.
func TestRunHoldsTheTypesOfASchemaOnce(t *testing.T) {
	const (
		mood = "CREATE TYPE mood AS ENUM ('a;b', 'c');"
		both = "-- Types that tables of schema public need\nCREATE TYPE state AS ENUM ('x');\n" + mood
	)
	for name, tt := range map[string]struct {
		later string
		want  []string
	}{
		"fewer":   {"-- Types of schema public\n" + mood, []string{both}},
		"changed": {"CREATE TYPE mood AS ENUM ('d');", []string{"CREATE TYPE mood AS ENUM ('d');"}},
		"none":    {"", []string{both}},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := testkit.Postgres(t)
			in := mapped(t, guests, bookings)
			in["public_types.ddl"] = &fstest.MapFile{Data: []byte(both)}
			load(t, train.Config{URL: dsn}, stepstest.New(t, "", in))
			in = mapped(t, guests)
			in["filename_mapping.txt"] = &fstest.MapFile{Data: []byte("public.guest -> guest.ddl, guest_detail.md\n")}
			delete(in, "booking.ddl")
			delete(in, "booking_detail.md")
			if tt.later != "" {
				in["public_types.ddl"] = &fstest.MapFile{Data: []byte(tt.later)}
			}
			first := load(t, train.Config{URL: dsn}, later(t, in))
			if got := types(t, dsn); !slices.Equal(got, tt.want) {
				t.Errorf("types %q, want %q", got, tt.want)
			}
			if again := load(t, train.Config{URL: dsn}, later(t, in)); again.Inserted != 0 || again.Removed != 0 || again.Total != first.Total {
				t.Errorf("again: %+v after %+v", again, first)
			}
		})
	}
}
