package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// businessFile says what the database is about.
const businessFile = "db_query_decision_prompt.txt"

// item is a document before it has an id and a vector.
type item struct {
	kind vector.Kind
	text string
	// about is what the vector stands for, the text itself if "". A pair is found
	// by its question.
	about string
}

// gather reads the training data that earlier steps left: at most one item of
// the same kind and text.
func gather(run *steps.Run) ([]item, error) {
	names, err := fs.Glob(run.In, "*")
	if err != nil {
		return nil, fmt.Errorf("list training data: %w", err)
	}
	slices.Sort(names)
	var items []item
	for _, name := range names {
		kind, ok := kindOf(name)
		if !ok {
			continue
		}
		texts, err := readTexts(run.In, name)
		if errors.Is(err, errInvalid) {
			return nil, steps.Fail(events.ClassUser, "training_file_invalid", run.Language().Sprintf("文件 %s 不能作为训练数据：%v", "the file %s cannot be training data: %v", name, err), err)
		}
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			items = append(items, item{kind: kind, text: text})
		}
	}
	list, err := readPairs(run)
	if err != nil {
		return nil, err
	}
	items = unique(append(items, list...))
	if len(items) == 0 {
		return nil, steps.Fail(events.ClassUser, "no_training_data", run.Language().Pick("没有可加载的训练数据，请先执行前面的步骤", "there is no training data to load; run the earlier steps first"), nil)
	}
	return items, nil
}

func kindOf(name string) (vector.Kind, bool) {
	switch {
	case strings.HasSuffix(name, ".ddl"):
		return vector.DDL, true
	case strings.HasSuffix(name, "_detail.md"), name == businessFile:
		return vector.Documentation, true
	}
	return vector.Kind{}, false
}

func readPairs(run *steps.Run) ([]item, error) {
	name, err := pairs.Find(run.In)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list, err := pairs.Read(run.In, name)
	if errors.Is(err, pairs.ErrMalformed) {
		return nil, steps.Fail(events.ClassUser, "pair_file_malformed", run.Language().Sprintf("问答对文件 %s 无法读取，请修正或重新生成：%v", "the pair file %s cannot be read; mend it or generate it again: %v", name, err), err)
	}
	if err != nil {
		return nil, err
	}
	items := make([]item, 0, len(list))
	for _, p := range list {
		text, err := pairText(p)
		if err != nil {
			return nil, err
		}
		items = append(items, item{vector.SQL, text, p.Question})
	}
	return items, nil
}

// pairText is the JSON that Vanna makes of a pair with json.dumps, which it
// reads back by ast.literal_eval: a space behind colon and comma.
func pairText(p pairs.Pair) (string, error) {
	question, err := quote(p.Question)
	if err != nil {
		return "", err
	}
	sql, err := quote(p.SQL)
	return `{"question": ` + question + `, "sql": ` + sql + `}`, err
}

func quote(text string) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(text)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func unique(items []item) []item {
	type key struct {
		kind vector.Kind
		text string
	}
	seen := map[key]bool{}
	return slices.DeleteFunc(items, func(it item) bool {
		k := key{it.kind, it.text}
		again := seen[k]
		seen[k] = true
		return again
	})
}
