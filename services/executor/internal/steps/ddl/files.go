package ddl

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	for i, t := range b.order.Tables {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f := b.files.tables[t.FullName()]
		if err := w.putAll(map[string]string{f.DDL: b.tableFile(t), f.Detail: b.detailFile(b.worded(b.told(w.discreet(t))))}); err != nil {
			return err
		}
		w.run.Log.Info(w.lang.Sprintf("已写入 %s：%s、%s", "Wrote %s: %s, %s", t.FullName(), f.DDL, f.Detail))
		w.run.Progress(len(b.order.Tables)+i+1, 2*len(b.order.Tables))
	}
	w.warnUnsupported()
	if err := w.account(); err != nil {
		return err
	}
	return w.putAll(map[string]string{mappingFile: renderMapping(w.lang, b.order.Tables, b.files.tables)})
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
