package validate

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// source is the pair file to validate, and what is known of its pairs.
type source struct {
	name  string // of the pair file
	data  []byte
	pairs []pairs.Pair
	index []events.Pair
}

// open finds and reads the newest pair file. Where this very request changed it
// already, which the stamp of its modifications log tells, the earlier content
// is read, so that a repeated execution starts where the first one did.
func open(run *steps.Run) (source, error) {
	lang := run.Language()
	name, err := pairs.Find(run.In)
	if errors.Is(err, fs.ErrNotExist) {
		return source{}, noPairs(lang, err)
	}
	if err != nil {
		return source{}, err
	}
	from := name
	if _, err := fs.Stat(run.In, modificationsName(run)); err == nil {
		from = pairs.BackupName(name)
	}
	list, data, err := pairs.ReadFile(run.In, from)
	switch {
	case errors.Is(err, pairs.ErrMalformed):
		return source{}, malformed(lang, from, err)
	case err != nil:
		return source{}, fmt.Errorf("read pairs: %w", err)
	case len(list) == 0:
		return source{}, noPairs(lang, nil)
	}
	index, err := readIndexes(run)
	if errors.Is(err, pairs.ErrMalformed) {
		return source{}, malformed(lang, pairs.IndexFile, err)
	}
	return source{name, data, list, index}, err
}

// readIndexes is what is known of pairs: first what an earlier validation knew,
// since a repaired pair keeps its ID, then what was generated.
func readIndexes(run *steps.Run) (known []events.Pair, err error) {
	for _, name := range []string{pairs.VerdictsFile, pairs.IndexFile} {
		list, err := pairs.ReadIndex(run.In, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		known = append(known, list...)
	}
	return known, nil
}

func malformed(lang events.Language, name string, err error) error {
	return steps.Fail(events.ClassUser, "pair_file_malformed", lang.Sprintf("问答对文件 %s 无法读取，请修正或重新生成：%v", "the pair file %s cannot be read; mend it or generate it again: %v", name, err), err)
}

func noPairs(lang events.Language, err error) error {
	return steps.Fail(events.ClassUser, "no_pairs", lang.Pick("没有可验证的问答对，请先执行 qa_generation", "there are no question–SQL pairs to validate; run qa_generation first"), err)
}

func noneValid(lang events.Language, verdicts []*verdict) error {
	for _, v := range verdicts {
		if !v.rejected() {
			return steps.Fail(events.ClassUser, "no_valid_pairs", lang.Sprintf(
				"%d 对 SQL 全部无效，问答对文件保持不变。第一条的原因：%s。请检查数据库权限与表结构，或重新生成问答对",
				"no pair is valid (of %d), and the pair file stays as it is. The first fails with: %s. Check the role's privileges and the schema, or generate the pairs again", len(verdicts), v.Message), nil)
		}
	}
	return steps.Fail(events.ClassUser, "no_valid_pairs", lang.Sprintf(
		"%d 对问答对已全部被人工拒绝，问答对文件保持不变。请撤销部分拒绝，或重新生成问答对",
		"people rejected all pairs (%d), and the pair file stays as it is. Withdraw some of it, or generate pairs again", len(verdicts)), nil)
}
