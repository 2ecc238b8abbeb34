package recorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// monitor judges tasks and looks after partitions, at the start and at every
// interval, until ctx ends. Of several recorders one does so at a time.
func (r *Recorder) monitor(ctx context.Context) error {
	ticker := time.NewTicker(r.cfg.MonitorInterval)
	defer ticker.Stop()
	for {
		if err := r.monitorOnce(ctx); err != nil && ctx.Err() == nil {
			r.log.Warn("monitoring stopped, trying again next time", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// monitorOnce does all parts, whether or not one fails.
func (r *Recorder) monitorOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, max(r.cfg.MonitorInterval, time.Minute))
	defer cancel()
	parts := []struct {
		name string
		do   func(context.Context) error
	}{{"partitions", r.maintainPartitions}, {"expiry", r.expire}, {"overdue", r.failOverdue}, {"retention", r.deleteIdle}}
	return r.store.Exclusively(ctx, func(ctx context.Context) error {
		var faults []error
		for _, part := range parts {
			if err := part.do(ctx); err != nil {
				r.metrics.monitoring.WithLabelValues(part.name).Inc()
				faults = append(faults, fmt.Errorf("%s: %w", part.name, err))
			}
		}
		return errors.Join(faults...)
	})
}

func (r *Recorder) maintainPartitions(ctx context.Context) error {
	dropped, err := r.store.MaintainPartitions(ctx)
	for _, name := range dropped {
		r.log.Info("log partition dropped", zap.String("partition", name))
	}
	return err
}

func (r *Recorder) expire(ctx context.Context) error {
	return r.store.Expire(ctx, time.Now().Add(-events.StreamRetention))
}

// pronounce publishes a verdict, unless anything was said about the task since
// last: then the verdict may be wrong, and the next round judges again.
func (r *Recorder) pronounce(ctx context.Context, verdict events.Data, last uint64) error {
	_, err := r.broker.PublishTask(ctx, events.New(service, verdict), last)
	if errors.Is(err, broker.ErrConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	r.metrics.verdicts.WithLabelValues(string(verdict.Type())).Inc()
	r.log.Info("verdict", zap.String("type", string(verdict.Type())), zap.String("task_id", verdict.Task()))
	return nil
}
