package gateway_test

import (
	"testing"

	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

// A gateway that is newer than the recorder's tables is not ready until they
// are migrated, and says why in every answer that needs them.
func TestServiceWaitsForTheRecorderToBeUpgraded(t *testing.T) {
	s := story.NewStage(t)
	cfg := config(t, s.NATS.URL())
	cfg.Postgres = postgres.Config{URL: s.DSN}
	base, end := started(t, cfg)
	change := func(sql string) {
		t.Helper()
		if _, err := s.DB.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ready := func(want int, schema string) {
		t.Helper()
		status, answer := call(t, "GET", base+"/readyz", "")
		if checks, _ := answer["checks"].(map[string]any); status != want || checks["schema"] != schema {
			t.Errorf("%d %v", status, answer)
		}
	}
	change("UPDATE data_pipeline_schema_version SET version_id = version_id + 1000; ALTER TABLE data_pipeline_tasks RENAME TO newer")
	ready(200, "ok")
	change("UPDATE data_pipeline_schema_version SET version_id = 0")
	ready(503, "failing")
	if status, answer := call(t, "GET", base+tasks, ""); status != 503 || answer["error_type"] != "read_store_outdated" {
		t.Errorf("%d %v", status, answer)
	}
	change("UPDATE data_pipeline_schema_version SET version_id = 1000; ALTER TABLE newer RENAME TO data_pipeline_tasks")
	ready(200, "ok")
	if status, answer := call(t, "GET", base+tasks, ""); status != 200 {
		t.Errorf("%d %v", status, answer)
	}
	end()
}
