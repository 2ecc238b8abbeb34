package ddl

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// write renders and keeps every file. Tables come in an order in which they
// can be created, and so they do in the mapping.
func (w *work) write(ctx context.Context) error {
	b := newBook(w.lang, w.schema, w.samples)
	b.generated = w.generated
	comments, err := w.commentsFiles()
	if err != nil {
		return err
	}
	if err := w.putAll(b.typesFiles(), b.constraintsFiles(), comments); err != nil {
		return err
	}
	if err := w.writeTables(ctx, b); err != nil {
		return err
	}
	w.warnUnsupported()
	if err := w.account(); err != nil {
		return err
	}
	return w.putAll(map[string]string{mappingFile: renderMapping(w.lang, b.order.Tables, b.files.tables)})
}

// rendered is how many tables' files are held at once.
const rendered = 64

// writeTables keeps the files of the tables, which processors render at once.
func (w *work) writeTables(ctx context.Context, b *book) error {
	done, all := 0, len(b.order.Tables)
	for some := range slices.Chunk(b.order.Tables, rendered) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		texts := w.render(b, some)
		for i, t := range some {
			if err := w.putAll(texts[i]); err != nil {
				return err
			}
			f := b.files.tables[t.FullName()]
			w.run.Log.Info(w.lang.Sprintf("已写入 %s：%s、%s", "Wrote %s: %s, %s", t.FullName(), f.DDL, f.Detail))
			done++
			w.run.Progress(all+done, 2*all)
		}
	}
	return nil
}

// render returns the files of each table by name.
func (w *work) render(b *book, tables []*catalog.Table) []map[string]string {
	texts := make([]map[string]string, len(tables))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range tables {
		group.Go(func() error {
			f := b.files.tables[t.FullName()]
			texts[i] = map[string]string{f.DDL: b.tableFile(t), f.Detail: b.detailFile(b.worded(b.told(w.discreet(t))))}
			return nil
		})
	}
	_ = group.Wait() // rendering does not fail
	return texts
}

// putAll keeps files by name.
func (w *work) putAll(sets ...map[string]string) error {
	for _, files := range sets {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if err := w.run.Out.WriteFile(name, []byte(strings.ToValidUTF8(files[name], "�"))); err != nil {
				return fmt.Errorf("write %s: %w", name, err)
			}
			w.written[name] = true
		}
	}
	return nil
}
