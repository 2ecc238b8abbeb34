package ddl

import (
	"errors"
	"strings"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// maxExplained is how many faults of a list a message names.
const maxExplained = 20

// explainList makes a *steps.Error of a *catalog.ListError; its type is that
// of the first fault.
func (w *work) explainList(err error) error {
	var list *catalog.ListError
	if !errors.As(err, &list) {
		return err
	}
	var sentences []string
	for _, f := range list.Faults[:min(len(list.Faults), maxExplained)] {
		sentences = append(sentences, explain(w.lang, f))
	}
	if more := len(list.Faults) - maxExplained; more > 0 {
		sentences = append(sentences, w.lang.Sprintf("此外还有 %d 处。", "And %d more.", more))
	}
	return steps.Fail(events.ClassUser, string(list.Faults[0].Type), strings.Join(sentences, w.lang.Pick("", " ")), err)
}

func explain(lang events.Language, f catalog.Fault) string {
	switch f.Type {
	case catalog.ListEmpty:
		return lang.Pick("表清单为空。请至少写一张表，或写 * 表示全部。", "The table list is empty. Name at least one table, or write * for all.")
	case catalog.ListTooLong:
		return lang.Sprintf("表清单过长，最多 %d 项。请分成几个任务。", "The table list is too long: at most %d. Split it into several tasks.", f.Limit)
	case catalog.ListInvalid:
		return lang.Sprintf("第 %d 行的 %s 无法识别：%s。", "Line %d: %s cannot be read: %s.", f.Line, f.Entry, reason(lang, f.Reason))
	case catalog.TableAmbiguous:
		return lang.Sprintf("第 %d 行的 %s 有多张同名表，请写明其中之一：%s。", "Line %d: %s can be several tables; name one of them: %s.",
			f.Line, f.Entry, names(lang, f.Near))
	}
	text := lang.Sprintf("第 %d 行：找不到表 %s。", "Line %d: there is no table %s.", f.Line, f.Entry)
	if len(f.Near) > 0 {
		text += lang.Sprintf("是否指 %s？", " Did you mean %s?", names(lang, f.Near))
	}
	return text
}

func names(lang events.Language, list []string) string {
	return strings.Join(list[:min(len(list), 5)], lang.Pick("、", ", "))
}

func reason(lang events.Language, r catalog.Reason) string {
	switch r {
	case catalog.BadQuote:
		return lang.Pick("双引号不成对或位置不对", "a double quote has no partner or stands within a name")
	case catalog.TooManyParts:
		return lang.Pick("只能写 模式.表", "write schema.table, nothing more")
	case catalog.MissingPart:
		return lang.Pick("点号前后缺少名称", "a name is missing beside the dot")
	case catalog.BadWildcard:
		return lang.Pick("* 只能写作 模式.* 或 *", "* can only be schema.* or * alone")
	case catalog.TooLong:
		return lang.Pick("名称过长", "it is too long")
	}
	return lang.Pick("含有控制字符或不是 UTF-8", "it has control characters or is not UTF-8")
}

// warnUnsupported says what has to be made by hand before the files load.
func (w *work) warnUnsupported() {
	for _, o := range w.schema.Objects {
		if o.Kind == catalog.UnsupportedObject {
			w.warnings++
			w.run.Log.Warn(w.lang.Sprintf("表结构依赖 %s，生成的文件不包含它", "The tables need %s, which the files do not make", o.Name),
				zap.String("object", o.Name))
		}
	}
}
