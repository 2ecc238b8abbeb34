package scan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/bucket"
)

// LogFile is the name of a task's log file.
const LogFile = "data_pipeline.log"

// writeLog writes the task's log file anew from the log stream, without ever
// holding more than a batch of it.
func (s *Scanner) writeLog(ctx context.Context, t projection.Task) error {
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := s.copyLog(ctx, t, w)
		done <- errors.Join(err, w.CloseWithError(err))
	}()
	err := bucket.Put(ctx, s.Bucket, path.Join(t.Request.OutputPrefix, LogFile), r)
	_ = r.CloseWithError(io.ErrClosedPipe) // it never fails; the writer must not wait for a reader that is gone
	cancel()
	if copied := <-done; err == nil && copied != nil {
		err = copied
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", LogFile, err)
	}
	return nil
}

func (s *Scanner) copyLog(ctx context.Context, t projection.Task, w io.Writer) error {
	out := bufio.NewWriter(w)
	seen := map[events.Run]uint64{}
	err := s.Broker.LogHistory(ctx, t.ID, 0, func(e events.Event) error {
		d, ok := e.Data.(*events.Log)
		if !ok {
			return nil
		}
		run := events.Run{Request: d.Request, Attempt: d.Attempt}
		for i, line := range d.Lines {
			if n := d.FirstLine + uint64(i); n >= seen[run] {
				seen[run] = n + 1
				if _, err := out.WriteString(FormatLine(line, t.Request.Location())); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return errors.Join(err, out.Flush())
}

var oneLine = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\r`)

// FormatLine is a log line as the log file has it, with its line end:
// "2025-07-01 14:30:52 [INFO] ddl_generation: …". A line outside any step has
// "task" in the step's place; line breaks in the message are written \n.
func FormatLine(l events.Line, zone *time.Location) string {
	name := string(l.Step)
	if name == "" {
		name = "task"
	}
	return fmt.Sprintf("%s [%s] %s: %s\n", l.Time.In(zone).Format(time.DateTime), l.Level, name, oneLine.Replace(l.Message))
}
