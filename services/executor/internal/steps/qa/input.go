package qa

import (
	"errors"
	"io/fs"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/ddl"
)

// tables are those that step 1 documented.
func tables(run *steps.Run) ([]catalog.Name, error) {
	entries, err := ddl.ReadMapping(run.In)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, steps.Fail(events.ClassUser, "step_input_missing", run.Language().Pick(
			"缺少 filename_mapping.txt，请先执行 ddl_generation。", "filename_mapping.txt is missing; run ddl_generation first."), err)
	}
	if err == nil && len(entries) == 0 {
		err = errors.New("it names no table")
	}
	if err != nil {
		return nil, steps.Fail(events.ClassUser, "step_input_invalid", run.Language().Sprintf(
			"filename_mapping.txt 无法识别，请重新执行 ddl_generation：%v", "filename_mapping.txt cannot be used; run ddl_generation again: %v", err), err)
	}
	names := make([]catalog.Name, len(entries))
	for i, e := range entries {
		names[i] = e.Table
	}
	return names, nil
}
