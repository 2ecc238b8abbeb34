package train

import (
	"errors"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// gather reads the training data that earlier steps left, without what people
// rejected or a check refused: at most one document of the same kind and text.
func gather(run *steps.Run) ([]corpus.Document, error) {
	lang := run.Language()
	docs, err := corpus.Pages(run.In, lang)
	if err != nil {
		return nil, err
	}
	list, file, err := corpus.Pairs(run.In, run.Pairs)
	if errors.Is(err, pairs.ErrMalformed) {
		return nil, steps.Fail(events.ClassUser, "pair_file_malformed", lang.Sprintf("问答对文件无法读取，请修正或重新生成：%v", "the pair file cannot be read; mend it or generate it again: %v", err), err)
	}
	if err != nil {
		return nil, err
	}
	good := corpus.Loadable(list, run.Request.Options.LoadApprovedOnly)
	if left := len(list) - len(good); left > 0 {
		run.Log.Info(lang.Sprintf("%d 个问答对不加载：被拒绝、未通过验证或未获批准", "pairs that are not loaded, being rejected, refused by a check or not approved: %d", left))
	}
	fromPairs, err := corpus.OfPairs(good, file)
	if err != nil {
		return nil, err
	}
	if docs = append(docs, fromPairs...); len(docs) == 0 {
		return nil, steps.Fail(events.ClassUser, "no_training_data", lang.Pick("没有可加载的训练数据，请先执行前面的步骤", "there is no training data to load; run the earlier steps first"), nil)
	}
	return docs, nil
}
