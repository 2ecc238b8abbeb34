package train

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Backup says what was copied before the load: the two tables of langchain, as
// CSV with a line of titles, which COPY … FROM takes back.
type Backup struct {
	Files []string `json:"files"`
	Rows  int64    `json:"rows"`
	Bytes int64    `json:"bytes"`
}

// errTooLarge means that a copy is larger than it may be.
var errTooLarge = errors.New("the copy of the vector store is too large")

// backUp copies the store's tables into the task's output, if the request asks
// for it.
func (l *load) backUp(ctx context.Context) error {
	if !l.run.Request.Options.BackupVectorTables {
		return nil
	}
	lang := l.run.Language()
	l.result.Backup = &Backup{Files: []string{}}
	left := l.cfg.MaxBackup
	err := l.store.Snapshot(ctx, func(table string, copyTo func(io.Writer) (int64, error)) error {
		name := table + "_" + l.run.Stamp() + ".csv"
		return steps.WriteFrom(l.run.Out, name, func(w io.Writer) error {
			limited := &limitedWriter{w: w, left: left}
			rows, err := copyTo(limited)
			if limited.full {
				return errTooLarge
			}
			b := l.result.Backup
			b.Files, b.Rows, b.Bytes = append(b.Files, name), b.Rows+rows, b.Bytes+left-limited.left
			left = limited.left
			return err
		})
	})
	if errors.Is(err, errTooLarge) {
		return steps.Fail(events.ClassUser, "vector_backup_too_large", lang.Sprintf(
			"向量库的表超过 %d MB，不能备份到任务目录：请关闭 backup_vector_tables，改用 pg_dump 备份后重新执行本步骤",
			"the vector store's tables have more than %d MB, too much for a copy in the task's folder: switch backup_vector_tables off, back the store up by pg_dump, and run this step again", l.cfg.MaxBackup>>20), err)
	}
	if err != nil {
		return err
	}
	l.run.Log.Info(lang.Sprintf("加载前备份了向量库的表：%d 行，%d 字节", "the vector store's tables were copied before the load: %d rows, %d bytes", l.result.Backup.Rows, l.result.Backup.Bytes))
	return nil
}

// limitedWriter takes no more than left.
type limitedWriter struct {
	w    io.Writer
	left int64
	full bool
}

func (l *limitedWriter) Write(p []byte) (int, error) {
	if int64(len(p)) > l.left {
		l.full = true
		return 0, fmt.Errorf("write: %w", errTooLarge)
	}
	l.left -= int64(len(p))
	return l.w.Write(p)
}
