// Package training answers for the vector store outside of tasks: what it
// holds, what a question would retrieve, and taking training data out and
// bringing it back.
package training

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// Config says where the training data is; see train.Config.
type Config struct {
	URL      string `json:"-"` // a secret
	Prefix   string
	Embedder embed.Embedder // default embed.Lexical
}

// Data is the training data. It is safe for concurrent use: every call has a
// connection of its own, which ends with it.
type Data struct{ cfg Config }

// New opens nothing yet.
func New(cfg Config) *Data {
	if cfg.Embedder == nil {
		cfg.Embedder = embed.Lexical()
	}
	return &Data{cfg}
}

// Configured says that there is a store at all.
func (d *Data) Configured() bool { return d.cfg.URL != "" }

// Delete takes out what a request means, of what was loaded before it was made,
// so that it can be restored, and returns how many documents went. The same
// request, by its id, is carried out once and counts the same again. Errors are
// ctx's, or *steps.Error about the store.
func (d *Data) Delete(ctx context.Context, lang events.Language, id uuid.UUID, scope events.TrainingScope, before time.Time) (n int64, err error) {
	err = d.with(ctx, lang, func(s *vector.Store) error {
		n, err = s.Delete(ctx, vector.Request{ID: id, Scope: scope, Collections: d.collections(""), Before: before})
		return err
	})
	return n, err
}

// Restore brings back what a request means and returns how many documents came;
// otherwise it is as Delete.
func (d *Data) Restore(ctx context.Context, lang events.Language, id uuid.UUID, scope events.TrainingScope) (n int64, err error) {
	err = d.with(ctx, lang, func(s *vector.Store) error {
		n, err = s.Restore(ctx, vector.Request{ID: id, Scope: scope, Collections: d.collections("")})
		return err
	})
	return n, err
}

// DeleteTask removes for good what no task but this one loaded, and returns how
// many documents went. Errors are as Delete's.
func (d *Data) DeleteTask(ctx context.Context, lang events.Language, taskID string) (n int64, err error) {
	err = d.with(ctx, lang, func(s *vector.Store) error {
		n, err = s.DeleteTask(ctx, taskID)
		return err
	})
	return n, err
}

// Purge removes for good what can no longer be restored, and returns how many
// documents went. Errors are as Delete's.
func (d *Data) Purge(ctx context.Context) (n int64, err error) {
	err = d.with(ctx, events.English, func(s *vector.Store) error {
		n, err = s.Purge(ctx, events.TrainingRetention)
		return err
	})
	return n, err
}

// with runs do with the store.
func (d *Data) with(ctx context.Context, lang events.Language, do func(*vector.Store) error) error {
	if !d.Configured() {
		return train.Unconfigured(lang)
	}
	store, err := vector.Open(ctx, d.cfg.URL)
	if err != nil {
		return train.Translate(ctx, err, lang, train.RequestAgain)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = store.Close(ctx) // what it did is committed, or not wanted
	}()
	return train.Translate(ctx, do(store), lang, train.RequestAgain)
}

// collections are the names of ours, of a kind or "" for all.
func (d *Data) collections(kind string) []string {
	var names []string
	for _, k := range vector.Kinds() {
		if kind == "" || kind == k.Collection {
			names = append(names, d.cfg.Prefix+k.Collection)
		}
	}
	return names
}

func validKind(kind string) bool {
	return kind == "" || slices.Contains([]string{events.TrainingSQL, events.TrainingDDL, events.TrainingDocumentation}, kind)
}

// invalid refuses a question.
func invalid(lang events.Language, zh, en string, args ...any) error {
	return steps.Fail(events.ClassUser, "question_invalid", lang.Sprintf(zh, en, args...), nil)
}
