package ddl

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// work is one run of the step.
type work struct {
	run      *steps.Run
	lang     events.Language
	total    int
	schema   *catalog.Schema
	samples  map[catalog.Name]map[string]catalog.Sample
	failed   []string
	warnings int
	written  map[string]bool
	missing  []catalog.MissingPrivilege
	masker   *mask.Masker
	reuse    reuse
	// generated are comments that a model wrote where there are none.
	generated map[catalog.Name]writings
	changed   int // tables that are new or changed since the earlier task
}

func newWork(run *steps.Run) *work {
	return &work{
		run:     run,
		lang:    run.Language(),
		samples: map[catalog.Name]map[string]catalog.Sample{},
		failed:  []string{},
		written: map[string]bool{},

		generated: map[catalog.Name]writings{},
		masker:    mask.New(run.Request.Options.Masking),
	}
}

func (w *work) result(took time.Duration) Result {
	return Result{
		TotalTables:           w.total,
		ProcessedSuccessfully: w.total - len(w.failed),
		Failed:                len(w.failed),
		FailedTables:          w.failed,
		FilesGenerated:        len(w.written),
		DurationSeconds:       took.Seconds(),
		MissingPrivileges:     privileges(w.missing),
		Masking:               w.masker.Report(),
		ReusedTables:          len(w.reuse.tables),
		ChangedTables:         w.changed,
		GeneratedComments:     w.commentCount(),
		ModelUsage:            w.run.Model.Usage(),
		GeneratedBy:           w.generatedBy(),
	}
}

func (w *work) do(ctx context.Context) error {
	patterns, err := catalog.ParseList(w.run.Request.Tables)
	if err != nil {
		return w.explainList(err)
	}
	pool, err := w.run.Business(ctx)
	if err != nil {
		return err
	}
	if err := w.read(ctx, pool, patterns); err != nil {
		return err
	}
	w.lookBack()
	if err := w.sample(ctx, pool); err != nil {
		return err
	}
	if len(w.schema.Tables) == 0 {
		return w.noneReadable()
	}
	if err := w.comment(ctx); err != nil {
		return err
	}
	return w.write(ctx)
}

// read reads the tables of the list.
func (w *work) read(ctx context.Context, pool *pgxpool.Pool, patterns []catalog.Pattern) error {
	relations, err := catalog.Names(ctx, pool)
	if err != nil {
		return err
	}
	names, err := catalog.Resolve(patterns, relations)
	if err != nil {
		return w.explainList(err)
	}
	w.total = len(names)
	names = w.nameable(names)
	if names, err = w.permitted(ctx, pool, names); err != nil {
		return err
	}
	w.run.Log.Info(w.lang.Sprintf("清单共 %d 张表，读取 %d 张的结构", "Reading the structure of %[2]d of %[1]d tables", w.total, len(names)))
	if w.schema, err = catalog.Read(ctx, pool, names); err != nil {
		return err
	}
	w.leaveOut(names)
	return nil
}

// nameable fails the tables whose names fit on no line of a list.
func (w *work) nameable(names []catalog.Name) []catalog.Name {
	return slices.DeleteFunc(names, func(n catalog.Name) bool {
		odd := strings.ContainsFunc(n.Schema+n.Name, unicode.IsControl)
		if odd {
			w.fail(n, w.lang.Pick("名称中含有换行等控制字符", "its name holds line breaks or other control characters"))
		}
		return odd
	})
}

// leaveOut fails the wanted tables that are locked or have gone meanwhile.
func (w *work) leaveOut(wanted []catalog.Name) {
	there := map[catalog.Name]bool{}
	for _, t := range w.schema.Tables {
		there[t.FullName()] = true
	}
	for _, n := range wanted {
		switch {
		case slices.Contains(w.schema.Locked, n):
			w.fail(n, w.lang.Pick("被其他会话锁定，请在锁释放后重新执行", "another session locks it; run the step again when the lock is gone"))
		case !there[n]:
			w.fail(n, w.lang.Pick("表已不存在", "it is gone"))
		}
	}
}

func (w *work) fail(table catalog.Name, why string) {
	w.failed = append(w.failed, table.String())
	w.warnings++
	w.run.Log.Warn(w.lang.Sprintf("%s 处理失败：%s", "%s failed: %s", table, why), zap.String("table", table.String()))
}

func (w *work) drop(unfit func(*catalog.Table) bool) {
	kept := make([]*catalog.Table, 0, len(w.schema.Tables))
	for _, t := range w.schema.Tables {
		if !unfit(t) {
			kept = append(kept, t)
		}
	}
	w.schema.Tables = kept
}

// obsolete are files that an earlier run in the same folder left behind.
func (w *work) obsolete() []string {
	if w.run.In == nil {
		return nil
	}
	entries, err := ReadMapping(w.run.In)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var names []string
	for _, e := range entries {
		for _, name := range []string{e.DDL, e.Detail} {
			if !w.written[name] {
				names = append(names, name)
			}
		}
	}
	return names
}
