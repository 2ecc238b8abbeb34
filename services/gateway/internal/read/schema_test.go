package read_test

import (
	"testing"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/read"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

// The gateway names the newest migration of the recorder as the one it needs:
// without that one it says so, and single tasks are read from the stream alone.
func TestTablesThatAreOlder(t *testing.T) {
	b := setup(t)
	task := story.New(t, b.Broker, start).Create()
	stop := b.Record()
	b.Recorded()
	stop()
	if err := b.reader.Current(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"DELETE FROM data_pipeline_schema_version WHERE version_id = (SELECT max(version_id) FROM data_pipeline_schema_version)",
		"ALTER TABLE data_pipeline_pairs_reviews DROP COLUMN written_by",
		"ALTER TABLE data_pipeline_tasks RENAME COLUMN status TO newer",
	} {
		if _, err := b.DB.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.reader.Current(t.Context()); !apierr.Is(err, apierr.ReadStoreOutdated) {
		t.Errorf("%v", err)
	}
	if _, _, err := b.reader.Tasks(t.Context(), read.TaskFilter{}, read.Paging{Limit: 1}); !apierr.Is(err, apierr.ReadStoreOutdated) {
		t.Errorf("%v", err)
	}
	if v, err := b.reader.Reviewed(t.Context(), task.ID); err != nil || v.Task.ID != task.ID {
		t.Errorf("%+v, %v", v, err)
	}
}

// A database that nobody has migrated, or that is away, is not outdated.
func TestTablesThatNobodyCanAsk(t *testing.T) {
	for name, reader := range map[string]*read.Reader{
		"away": read.New(nil, nil, nil, nil), "unreachable": read.New(pool(t, "postgres://u@127.0.0.1:1/db"), nil, nil, nil),
	} {
		if err := reader.Current(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
