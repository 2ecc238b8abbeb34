package ddl

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// connections is how many tables are sampled at once.
const connections = 4

// sample reads examples. A table that does not give any is described without.
func (w *work) sample(ctx context.Context, pool *pgxpool.Pool) error {
	denied := map[catalog.Name]bool{}
	done := len(w.reuse.tables)
	err := catalog.ReadSamples(ctx, pool, connections, w.masker, w.toSample(), func(s catalog.TableSample) {
		done++
		w.run.Progress(done, 2*len(w.schema.Tables))
		name := s.Table.FullName()
		if s.Err == nil {
			w.samples[name] = s.Columns
		} else if isDenied(s) {
			denied[name] = true
			w.fail(name, w.lang.Pick("没有读取权限", "no privilege to read it"))
		} else {
			w.unsampled(s)
		}
	})
	w.drop(func(t *catalog.Table) bool { return denied[t.FullName()] })
	if err == nil {
		w.sayMasked()
	}
	return err
}

// unsampled says why a table has no examples. A warning it is only where
// something is wrong.
func (w *work) unsampled(s catalog.TableSample) {
	name := s.Table.FullName()
	if errors.Is(s.Err, catalog.ErrNotSampled) {
		w.run.Log.Info(w.lang.Sprintf("%s 没有示例数据：仅读取几行的代价也过高", "%s gets no examples: reading even a few rows would cost too much", name))
		return
	}
	w.warnings++
	w.run.Log.Warn(w.lang.Sprintf("%s 没有示例数据：%s", "%s gets no examples: %s", name, w.reason(s.Err)), zap.Error(s.Err))
}

// reason is an error of the business database as the task's readers take it.
func (w *work) reason(err error) string {
	translated, ok := errors.AsType[*steps.Error](bizdb.Translate(err, w.lang))
	if !ok {
		return err.Error()
	}
	return translated.Message
}

// isDenied says that the server refuses to let a table be read. What a foreign
// server refuses is its business.
func isDenied(s catalog.TableSample) bool {
	var server *pgconn.PgError
	return s.Table.Foreign == nil && errors.As(s.Err, &server) && server.Code == "42501"
}
