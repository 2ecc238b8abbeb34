package broker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
)

// Prepare is what a service does first: provision when its configuration says
// so, then verify, waiting for the servers, and for whoever provisions, until
// ctx ends. An error other than ctx's is a deployment that has to be mended.
func (b *Broker) Prepare(ctx context.Context) error {
	return b.retry(ctx, func(ctx context.Context) error {
		if b.cfg.Provision {
			if err := b.Provision(ctx); err != nil {
				return err
			}
		}
		err := b.Verify(ctx)
		if errors.Is(err, ErrNotFound) {
			b.log.Info("waiting for the streams to be provisioned", zap.Error(err))
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		return err
	})
}

// Provision makes the streams, consumers, buckets and object stores of package
// events, or changes them to fit the configuration. It can be repeated.
func (b *Broker) Provision(ctx context.Context) error {
	t := b.cfg.topology()
	for _, cfg := range events.Streams(t) {
		if _, err := b.js.CreateOrUpdateStream(ctx, cfg); err != nil {
			return fmt.Errorf("provision stream %s: %w", cfg.Name, translate(err))
		}
	}
	for _, cfg := range events.Consumers(t) {
		if _, err := b.js.CreateOrUpdateConsumer(ctx, events.StreamPipeline, cfg); err != nil {
			return fmt.Errorf("provision consumer %s: %w", cfg.Durable, translate(err))
		}
	}
	return b.provisionStores(ctx, t)
}

func (b *Broker) provisionStores(ctx context.Context, t events.Topology) error {
	for _, cfg := range events.Buckets(t) {
		if _, err := b.js.CreateKeyValue(ctx, cfg); err != nil && !errors.Is(err, jetstream.ErrBucketExists) {
			return fmt.Errorf("provision bucket %s: %w", cfg.Bucket, translate(err))
		}
		if err := b.alignStore(ctx, "KV_"+cfg.Bucket, cfg.Replicas, cfg.TTL); err != nil {
			return err
		}
	}
	for _, cfg := range events.ObjectStores(t) {
		if _, err := b.js.CreateObjectStore(ctx, cfg); err != nil && !errors.Is(err, jetstream.ErrBucketExists) {
			return fmt.Errorf("provision object store %s: %w", cfg.Bucket, translate(err))
		}
		if err := b.alignStore(ctx, "OBJ_"+cfg.Bucket, cfg.Replicas, cfg.TTL); err != nil {
			return err
		}
	}
	return nil
}

// alignStore changes the stream under a bucket to the wanted replicas and TTL,
// and so that a read after a write sees it, also on several replicas: the
// client always makes buckets with direct reads.
func (b *Broker) alignStore(ctx context.Context, stream string, replicas int, ttl time.Duration) error {
	s, err := b.js.Stream(ctx, stream)
	if err != nil {
		return fmt.Errorf("provision %s: %w", stream, translate(err))
	}
	cfg := s.CachedInfo().Config
	if !cfg.AllowDirect && cfg.Replicas == replicas && cfg.MaxAge == ttl {
		return nil
	}
	cfg.AllowDirect, cfg.Replicas, cfg.MaxAge = false, replicas, ttl
	if ttl > 0 {
		cfg.Duplicates = min(cfg.Duplicates, ttl) // the server refuses a longer window
	}
	if _, err := b.js.UpdateStream(ctx, cfg); err != nil {
		return fmt.Errorf("provision %s: %w", stream, translate(err))
	}
	return nil
}

// Verify compares what is there with what the contract needs and says all that
// differs. What an operator may choose (replicas, size limits, the number of
// tasks at once, the lease time) is not compared. ErrNotFound when something is missing.
func (b *Broker) Verify(ctx context.Context) error {
	t := b.cfg.topology()
	var faults []error
	for _, want := range events.Streams(t) {
		faults = append(faults, b.verifyStream(ctx, want))
	}
	for _, want := range events.Consumers(t) {
		faults = append(faults, b.verifyConsumer(ctx, want))
	}
	return errors.Join(faults...)
}

func (b *Broker) verifyStream(ctx context.Context, want jetstream.StreamConfig) error {
	s, err := b.js.Stream(ctx, want.Name)
	if err != nil {
		return fmt.Errorf("stream %s: %w", want.Name, translate(err))
	}
	got := s.CachedInfo().Config
	return errors.Join(
		same(want.Name, "subjects", sorted(got.Subjects), sorted(want.Subjects)),
		same(want.Name, "retention", got.Retention, want.Retention),
		same(want.Name, "storage", got.Storage, want.Storage),
		same(want.Name, "max_age", got.MaxAge, want.MaxAge),
		same(want.Name, "duplicate_window", got.Duplicates, want.Duplicates),
		same(want.Name, "allow_direct", got.AllowDirect, want.AllowDirect),
		same(want.Name, "allow_atomic", got.AllowAtomicPublish, want.AllowAtomicPublish),
	)
}

func (b *Broker) verifyConsumer(ctx context.Context, want jetstream.ConsumerConfig) error {
	c, err := b.js.Consumer(ctx, events.StreamPipeline, want.Durable)
	if err != nil {
		return fmt.Errorf("consumer %s: %w", want.Durable, translate(err))
	}
	got := c.CachedInfo().Config
	return errors.Join(
		same(want.Durable, "filter_subjects", sorted(filters(got)), sorted(filters(want))),
		same(want.Durable, "ack_policy", got.AckPolicy, want.AckPolicy),
		same(want.Durable, "max_deliver", got.MaxDeliver, want.MaxDeliver),
	)
}

func same(what, property string, got, want any) error {
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		return fmt.Errorf("%s: %s is %s, must be %s", what, property, g, w)
	}
	return nil
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

// filters are a consumer's subjects, however the server spells a single one.
func filters(c jetstream.ConsumerConfig) []string {
	if c.FilterSubject != "" {
		return []string{c.FilterSubject}
	}
	return c.FilterSubjects
}
