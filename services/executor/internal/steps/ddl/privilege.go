package ddl

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// permitted finds the missing privileges, names them in the log, and returns
// the tables that can be read, if only in part. The others have failed.
func (w *work) permitted(ctx context.Context, pool *pgxpool.Pool, names []catalog.Name) ([]catalog.Name, error) {
	missing, err := catalog.MissingPrivileges(ctx, pool, names)
	if err != nil {
		return nil, err
	}
	w.missing = missing
	hints := map[catalog.Name][]string{}
	for _, p := range missing {
		if p.Partial() {
			w.readInPart(p)
		} else {
			hints[p.Table] = append(hints[p.Table], p.Hint)
		}
	}
	return slices.DeleteFunc(slices.Clone(names), func(n catalog.Name) bool {
		if hints[n] == nil {
			return false
		}
		w.fail(n, w.lang.Sprintf("没有读取权限，请执行 %s", "no privilege to read it: %s", strings.Join(hints[n], " ")))
		return true
	}), nil
}

func (w *work) readInPart(p catalog.MissingPrivilege) {
	w.warnings++
	w.run.Log.Warn(w.lang.Sprintf("%s 的字段 %s 没有读取权限，因此没有示例数据。如需读取，请执行 %s",
		"%s: no privilege to read %s, which get no examples. To have them: %s",
		p.Table, strings.Join(p.Columns, w.lang.Pick("、", ", ")), p.Hint), zap.String("table", p.Table.String()))
}

// maxHints is how many statements a message names.
const maxHints = 3

// noneReadable fails the step.
func (w *work) noneReadable() error {
	text := w.lang.Sprintf("清单中的 %d 张表都无法读取，例如 %s。", "None of the %d tables of the list can be read, such as %s.", w.total, w.failed[0])
	var hints []string
	for _, p := range w.missing[:min(len(w.missing), maxHints)] {
		hints = append(hints, p.Hint)
	}
	if len(hints) > 0 {
		text += w.lang.Sprintf("请由有权限的用户执行：%s", " Have somebody who may grant it run: %s", strings.Join(hints, " "))
	}
	if len(w.missing) > maxHints {
		text += w.lang.Pick(" 等，全部语句见日志。", " and more, see the log.")
	}
	return steps.Fail(events.ClassDatabase, "no_table_readable", text, nil)
}

// privileges are the missing ones as the result has them.
func privileges(missing []catalog.MissingPrivilege) []Privilege {
	list := make([]Privilege, len(missing))
	for i, p := range missing {
		list[i] = Privilege{Table: p.Table.String(), Privilege: p.Privilege, Columns: p.Columns, Hint: p.Hint}
	}
	return list
}
