package validate

import "github.com/citu/datapipeline/services/executor/internal/steps"

// tellModel says in the log why the model could not be asked for repairs, once,
// and returns the number of warnings.
func (o Outcome) tellModel(run *steps.Run) int {
	why := o.ModelUsage.Trouble(run.Language())
	if why == "" {
		return 0
	}
	run.Log.Warn(run.Language().Sprintf("模型未能修复全部 SQL：模型无法使用（%s）", "The model did not repair all SQL: it is not available (%s)", why))
	return 1
}
