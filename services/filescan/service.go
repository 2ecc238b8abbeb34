// Package filescan registers what the steps of a task leave in the bucket: it
// lists the task's folder after each step, hashes what changed and says so in
// output events. At the end of a request it writes the task's log file, and it
// removes the files of deleted tasks.
package filescan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"gocloud.dev/blob"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/admin"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/services/filescan/internal/scan"
)

// retryAfter is how long a scan that failed waits for its next try.
const retryAfter = 5 * time.Second

// Service is filescan.
type Service struct {
	cfg Config
	rt  kit.Runtime
	log *zap.Logger

	scans    *prometheus.CounterVec
	duration prometheus.Histogram
}

// New makes the service. It opens nothing yet; an error is a fault of the
// configuration.
func New(cfg Config, rt kit.Runtime) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("filescan: %w", err)
	}
	s := &Service{cfg: cfg, rt: rt, log: rt.Log.Named("filescan")}
	s.scans = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "datapipeline_filescan_scans_total", Help: "Scans of tasks by outcome."}, []string{"outcome"})
	s.duration = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "datapipeline_filescan_scan_duration_seconds", Help: "Time of a scan.", Buckets: prometheus.ExponentialBuckets(0.005, 4, 8)})
	rt.Metrics.MustRegister(s.scans, s.duration)
	return s, nil
}

// Run scans until ctx ends, then finishes the scans in hand and returns nil.
func (s *Service) Run(ctx context.Context) error {
	b, err := broker.Connect(ctx, s.cfg.Config, "filescan", s.log, s.rt.NATSOptions...)
	if err != nil {
		return fmt.Errorf("filescan: %w", err)
	}
	defer b.Close()
	files, err := bucket.Open(ctx, s.cfg.Bucket.URL)
	if err != nil {
		return fmt.Errorf("filescan: %w", err)
	}
	defer func() { _ = files.Close() }() // nothing is written through it any more
	s.rt.Metrics.MustRegister(b.Collectors()...)
	if err := b.Prepare(ctx); err != nil {
		return ignoreEnd(ctx, fmt.Errorf("filescan: %w", err))
	}
	scanner := &scan.Scanner{Broker: b, Bucket: files, Log: s.log, MaxDownload: int64(s.cfg.MaxDownloadFileSize),
		SweepAge: cmp.Or(s.cfg.LeaseTTL, events.LeaseTTL) / 2, Runner: events.RunnerPool}
	return s.work(ctx, b, files, scanner)
}

// work runs the workers and the admin listener and waits for all of them.
func (s *Service) work(ctx context.Context, b *broker.Broker, files *blob.Bucket, scanner *scan.Scanner) error {
	queue, err := b.Queue(ctx, events.ConsumerFilescan)
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("filescan: %w", err))
	}
	health := admin.New(s.cfg.AdminAddr, admin.Checks{
		"nats": b.Ready, "bucket": func(ctx context.Context) error { return accessible(ctx, files) },
	}, s.rt.Metrics)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return health.Run(ctx) })
	for range max(s.cfg.Workers, 1) {
		group.Go(func() error { return s.consume(ctx, queue, scanner) })
	}
	return group.Wait()
}

func accessible(ctx context.Context, files *blob.Bucket) error {
	ok, err := files.IsAccessible(ctx)
	if err == nil && !ok {
		err = errors.New("the bucket does not exist")
	}
	return err
}

// consume scans the tasks that the queue names, one after the other.
func (s *Service) consume(ctx context.Context, queue *broker.Queue, scanner *scan.Scanner) error {
	for {
		d, err := queue.Next(ctx)
		if err != nil {
			return ignoreEnd(ctx, err)
		}
		s.handle(ctx, d, scanner)
	}
}

// handle scans one task. A message that cannot be settled comes again, which a
// scan does not mind.
func (s *Service) handle(ctx context.Context, d *broker.Delivery, scanner *scan.Scanner) {
	log := s.log.With(zap.String("task_id", d.Event.Task()), zap.String("after", string(d.Event.Type())))
	stop := s.keepInProgress(ctx, d)
	defer stop()
	start := time.Now()
	err := scanner.Task(ctx, d.Event.Task())
	s.duration.Observe(time.Since(start).Seconds())
	switch {
	case ctx.Err() != nil:
		s.scans.WithLabelValues("interrupted").Inc()
		err = d.Nak(0)
	case err != nil:
		s.scans.WithLabelValues("failed").Inc()
		log.Error("scan failed; it will be tried again", zap.Error(err))
		err = d.Nak(retryAfter)
	default:
		s.scans.WithLabelValues("done").Inc()
		err = d.Ack(ctx)
	}
	if err != nil {
		log.Warn("message not settled; it will come again", zap.Error(err))
	}
}

// keepInProgress extends the message's time while a scan takes long; the
// returned function ends that and waits.
func (s *Service) keepInProgress(ctx context.Context, d *broker.Delivery) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(events.AckWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := d.InProgress(); err != nil {
					s.log.Debug("message not extended", zap.Error(err))
				}
			}
		}
	}()
	return func() { cancel(); <-done }
}

// Scan registers the output of a task that the calling program runs itself, in
// that program's bucket: what Run does for all others after each of their
// events. Call it after the request is closed.
func Scan(ctx context.Context, b *broker.Broker, files *blob.Bucket, maxDownload int64, log *zap.Logger, taskID string) error {
	scanner := &scan.Scanner{Broker: b, Bucket: files, Log: log, MaxDownload: maxDownload, SweepAge: events.LeaseTTL, Runner: events.RunnerSelf}
	return scanner.Task(ctx, taskID)
}

// ignoreEnd turns an error that came of ctx's end into nil.
func ignoreEnd(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}
