package qa

import (
	"fmt"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// write leaves the step's files.
func write(run *steps.Run, db *profile.Database, a asked) error {
	encoded, err := pairs.Encode(a.pairs)
	if err != nil {
		return fmt.Errorf("encode pairs: %w", err)
	}
	files := []struct {
		name string
		data []byte
	}{
		{pairs.FileName(run.Database, run.Stamp()), encoded},
		{"metadata.txt", metadata(db, a.themes)},
		{"metadata_detail.md", metadataDetail(db, a.themes)},
		{"db_query_decision_prompt.txt", decisionPrompt(db, a.themes)},
	}
	for _, f := range files {
		if err := run.Out.WriteFile(f.name, f.data); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}
