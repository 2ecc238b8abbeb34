package ddl

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// connections is how many tables are sampled at once.
const connections = 4

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
}

func newWork(run *steps.Run) *work {
	return &work{
		run:     run,
		lang:    run.Language(),
		samples: map[catalog.Name]map[string]catalog.Sample{},
		failed:  []string{},
		written: map[string]bool{},
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
	if err := w.sample(ctx, pool); err != nil {
		return err
	}
	if len(w.schema.Tables) == 0 {
		return steps.Fail(events.ClassDatabase, "no_table_readable", w.lang.Sprintf(
			"清单中的 %d 张表都无法读取，例如 %s。请授予数据库用户对模式的 USAGE 权限和对表的 SELECT 权限。",
			"None of the %d tables of the list can be read, such as %s. Grant the database user USAGE on the schema and SELECT on the tables.",
			w.total, w.failed[0]), nil)
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
	w.run.Log.Info(w.lang.Sprintf("清单共 %d 张表，读取表结构", "Reading the structure of %d tables", w.total))
	w.schema, err = catalog.Read(ctx, pool, names)
	if err != nil {
		return err
	}
	w.leaveOut(names)
	return nil
}

// leaveOut fails the wanted tables that cannot be described.
func (w *work) leaveOut(wanted []catalog.Name) {
	readable := map[catalog.Name]bool{}
	for _, t := range w.schema.Tables {
		readable[t.FullName()] = t.Readable
	}
	for _, n := range wanted {
		if may, exists := readable[n]; !exists {
			w.fail(n, w.lang.Pick("表已不存在", "it is gone"))
		} else if !may {
			w.fail(n, w.lang.Pick("没有读取权限", "no privilege to read it"))
		}
	}
	w.drop(func(t *catalog.Table) bool { return !t.Readable })
}

// sample reads examples. A table that does not give any is described without.
func (w *work) sample(ctx context.Context, pool *pgxpool.Pool) error {
	denied := map[catalog.Name]bool{}
	done := 0
	err := catalog.ReadSamples(ctx, pool, connections, w.schema.Tables, func(s catalog.TableSample) {
		name := s.Table.FullName()
		done++
		w.run.Progress(done, 2*len(w.schema.Tables))
		switch {
		case s.Err == nil:
			w.samples[name] = s.Columns
		case isDenied(s.Err):
			denied[name] = true
			w.fail(name, w.lang.Pick("没有读取权限", "no privilege to read it"))
		default:
			w.warnings++
			w.run.Log.Warn(w.lang.Sprintf("%s 没有示例数据：%s", "%s gets no examples: %s", name, w.reason(s.Err)), zap.Error(s.Err))
		}
	})
	w.drop(func(t *catalog.Table) bool { return denied[t.FullName()] })
	return err
}

// reason is an error of the business database as the task's readers take it.
func (w *work) reason(err error) string {
	translated, ok := errors.AsType[*steps.Error](bizdb.Translate(err, w.lang))
	if !ok {
		return err.Error()
	}
	return translated.Message
}

func isDenied(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == "42501"
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
