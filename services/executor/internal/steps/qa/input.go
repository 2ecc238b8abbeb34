package qa

import (
	"errors"
	"io/fs"

	"go.uber.org/zap"

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

// comment gives tables and columns without a comment those that a model wrote
// in step 1. A file that cannot be used is named in the log.
func (w *work) comment() {
	comments, err := ddl.ReadComments(w.In)
	if err != nil {
		w.Log.Warn(w.Language().Pick("模型写的注释无法识别，未采用", "the comments that the model wrote cannot be read and are not used"), zap.Error(err))
		return
	}
	comments.Fill(w.schema)
}
