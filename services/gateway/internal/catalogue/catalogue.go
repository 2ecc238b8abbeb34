// Package catalogue asks the executors what only they can know: their named
// connections, and what a business database looks like.
package catalogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// Wait is how long an executor has for its answer.
const Wait = 5 * time.Second

var (
	// ErrNoExecutor says that no executor answered in time.
	ErrNoExecutor = errors.New("no executor answered")
	// ErrExecutor says that an executor answered that it could not.
	ErrExecutor = errors.New("the executor failed")
)

// Client asks any one executor. It is safe for concurrent use. Errors:
// ErrNoExecutor, ErrExecutor, broker.ErrUnavailable while NATS is away.
type Client struct{ broker *broker.Broker }

// New makes a client.
func New(b *broker.Broker) Client { return Client{b} }

// Connections returns the named connections.
func (c Client) Connections(ctx context.Context) (events.ConnectionList, error) {
	return ask[events.ConnectionList](ctx, c, events.SubjectConnections, nil)
}

// Test says whether a database can be worked on.
func (c Client) Test(ctx context.Context, q events.Question) (events.ConnectionTest, error) {
	return ask[events.ConnectionTest](ctx, c, events.SubjectTest, q)
}

// Tables returns a page of a database's tables.
func (c Client) Tables(ctx context.Context, q events.Question) (events.TablePage, error) {
	return ask[events.TablePage](ctx, c, events.SubjectTables, q)
}

// CheckPair says what the validation would make of a person's pair.
func (c Client) CheckPair(ctx context.Context, q events.PairQuestion) (events.PairAnswer, error) {
	return ask[events.PairAnswer](ctx, c, events.SubjectCheckSQL, q)
}

// TrainingList returns a page of training data.
func (c Client) TrainingList(ctx context.Context, q events.TrainingListing) (events.TrainingPage, error) {
	return ask[events.TrainingPage](ctx, c, events.SubjectTrainingList, q)
}

// TrainingRetrieve says what a question would retrieve.
func (c Client) TrainingRetrieve(ctx context.Context, q events.TrainingQuery) (events.TrainingMatches, error) {
	return ask[events.TrainingMatches](ctx, c, events.SubjectTrainingRetrieve, q)
}

func ask[T any](ctx context.Context, c Client, subject string, question any) (answer T, err error) {
	var body []byte
	if question != nil {
		if body, err = json.Marshal(question); err != nil {
			return answer, fmt.Errorf("ask %s: %w", subject, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, Wait)
	defer cancel()
	msg, err := c.broker.Conn().RequestWithContext(ctx, subject, body)
	if err != nil {
		return answer, fmt.Errorf("ask %s: %w", subject, c.translate(err))
	}
	if code := msg.Header.Get(micro.ErrorCodeHeader); code != "" {
		return answer, fmt.Errorf("ask %s: %w: %s %s", subject, ErrExecutor, code, msg.Header.Get(micro.ErrorHeader))
	}
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return answer, fmt.Errorf("ask %s: %w: %w", subject, ErrExecutor, err)
	}
	return answer, nil
}

// translate tells silence while NATS is there from NATS being away.
func (c Client) translate(err error) error {
	silent := errors.Is(err, nats.ErrNoResponders) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout)
	if silent && c.broker.Conn().IsConnected() {
		return fmt.Errorf("%w: %w", ErrNoExecutor, err)
	}
	return broker.Translate(err)
}
