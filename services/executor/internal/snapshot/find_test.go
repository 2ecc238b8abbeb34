package snapshot_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// No snapshot is known to be none; a damaged one is told, with what to do.
func TestFind(t *testing.T) {
	whole := snapshot.Of(&catalog.Schema{Tables: []*catalog.Table{{Schema: "public", Name: "guest", Kind: catalog.OrdinaryTable}}})
	in := func(data []byte) fstest.MapFS { return fstest.MapFS{snapshot.FileName: {Data: data}} }
	if s, err := snapshot.Find(fstest.MapFS{}, events.English); s != nil || err != nil {
		t.Errorf("none: %v, %v", s, err)
	}
	if s, err := snapshot.Find(in(whole.Encode()), events.English); err != nil || s.SchemaVersion != whole.SchemaVersion {
		t.Errorf("whole: %v, %v", s, err)
	}
	for name, data := range map[string][]byte{
		"cut":    whole.Encode()[:20],
		"edited": []byte(strings.Replace(string(whole.Encode()), "guest", "other", 1)),
		"empty":  {},
	} {
		_, err := snapshot.Find(in(data), events.English)
		var told *steps.Error
		if !errors.As(err, &told) || told.Type != "schema_snapshot_malformed" || told.Class != events.ClassUser || !errors.Is(err, snapshot.ErrMalformed) || !strings.Contains(told.Message, "run ddl_generation again") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
