package workflow

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/executor/internal/tasklog"
)

// flushLimit bounds how long a verdict waits for a log that the stream does not
// take, although the broker is there: it is full.
const flushLimit = time.Minute

// openLog begins the task's log of this attempt.
func (a *attempt) openLog() {
	a.log = tasklog.Start(tasklog.Config{
		Run: a.identity(), Publish: a.r.cfg.Broker.Publish, Admit: a.stillOwner, Scrub: a.target.Scrub,
		Dir: a.r.cfg.ScratchDir, Dropped: a.linesDropped,
	})
	a.lines = a.log.Logger("", "")
}

func (a *attempt) closeLog() { a.note("log of the task", a.log.Close()) }

func (a *attempt) linesDropped(lines int, reason error) {
	a.r.metrics.dropped.Add(float64(lines))
	a.r.cfg.Log.Warn("log lines dropped", zap.String("task", a.request.Task()), zap.Int("lines", lines), zap.Error(reason))
}

// flush waits until the log is stored and returns the sequence of its last
// event.
func (a *attempt) flush() uint64 {
	if a.log == nil {
		return a.lastLogSequence()
	}
	for {
		ctx, cancel := context.WithTimeout(a.life, flushLimit)
		last, err := a.log.Flush(ctx)
		cancel()
		outage := errors.Is(err, context.DeadlineExceeded) && a.r.cfg.Broker.Ready(a.life) != nil
		if !outage || a.life.Err() != nil {
			a.note("the log's end is not stored", err)
			return last
		}
	}
}

// lastLogSequence is that of the attempts before, for a verdict on them.
func (a *attempt) lastLogSequence() (last uint64) {
	err := patiently(a.life, func() (err error) {
		last, err = a.r.cfg.Broker.LastSeq(a.life, events.StreamLogs, events.KindSubject("log", a.request.Task()))
		return err
	})
	a.note("end of the log unknown", err)
	return last
}

// announce writes the verdict into the task's log.
func (a *attempt) announce(status projection.Status, failure *events.Failure) {
	if a.log == nil {
		return
	}
	seconds := time.Since(*a.state.StartedAt).Seconds()
	duration := zap.Float64("duration_seconds", seconds)
	switch status {
	case projection.Completed:
		a.lines.Info(a.say("任务完成，用时 %.1f 秒。", "The task is done after %.1f s.", seconds), duration)
	case projection.PartialCompleted:
		a.lines.Info(a.say("所请求的步骤已完成，用时 %.1f 秒；任务仍有步骤未执行。", "The steps asked for are done after %.1f s; others of the task are still to be run.", seconds), duration)
	case projection.Failed:
		a.lines.Error(a.say("任务失败（%s）：%s", "The task failed (%s): %s", failure.ErrorType, failure.Message), duration)
	default:
		a.lines.Warn(a.say("任务已取消，用时 %.1f 秒。", "The task was cancelled after %.1f s.", seconds), duration)
	}
}
