package broker

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

var (
	// ErrConflict says that a compare-and-set lost to something newer.
	ErrConflict = errors.New("something newer was published")
	// ErrUnavailable says that the servers could not be asked, or had no leader. The
	// same call may succeed later.
	ErrUnavailable = errors.New("the message broker is not available")
	// ErrNotFound says that the stream, consumer, message, key or object is not there.
	ErrNotFound = errors.New("not found in the message broker")
	// ErrGap says that a stream no longer holds all that was asked for.
	ErrGap = errors.New("the stream has lost its beginning")
	// ErrReplaced says that a stream was deleted and made again.
	ErrReplaced = errors.New("the stream was made anew")
)

var kinds = []struct {
	kind   error
	causes []error
}{
	{ErrConflict, []error{jetstream.ErrKeyExists}},
	{ErrNotFound, []error{jetstream.ErrStreamNotFound, jetstream.ErrConsumerNotFound, jetstream.ErrConsumerDoesNotExist,
		jetstream.ErrMsgNotFound, jetstream.ErrBucketNotFound, jetstream.ErrKeyNotFound, jetstream.ErrObjectNotFound}},
	{ErrUnavailable, []error{nats.ErrTimeout, nats.ErrNoResponders, nats.ErrNoServers, nats.ErrConnectionClosed,
		nats.ErrConnectionReconnecting, nats.ErrReconnectBufExceeded, nats.ErrDisconnected, nats.ErrStaleConnection,
		jetstream.ErrNoStreamResponse, jetstream.ErrNoHeartbeat, jetstream.ErrConsumerLeadershipChanged, jetstream.ErrConsumerDeleted,
		jetstream.ErrAsyncPublishTimeout, jetstream.ErrTooManyStalledMsgs, jetstream.ErrServerShutdown,
		jetstream.ErrJetStreamNotEnabled, context.DeadlineExceeded}},
}

// Translate adds the sentinel of this package that fits an error of the NATS
// client, whose own sentinels stay visible to errors.Is.
func Translate(err error) error { return translate(err) }

func translate(err error) error {
	if err == nil || known(err) {
		return err
	}
	for _, k := range kinds {
		for _, cause := range k.causes {
			if errors.Is(err, cause) {
				return fmt.Errorf("%w: %w", k.kind, err)
			}
		}
	}
	var api *jetstream.APIError
	switch {
	case !errors.As(err, &api):
		return err
	case isConflict(api.ErrorCode):
		return fmt.Errorf("%w: %w", ErrConflict, err)
	case api.Code == http.StatusServiceUnavailable || api.ErrorCode == maximumBytes:
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

func known(err error) bool {
	for _, k := range kinds {
		if errors.Is(err, k.kind) {
			return true
		}
	}
	return false
}

// maximumBytes is the server's refusal by a stream that is full and discards
// what is new. It passes when older messages expire.
const maximumBytes jetstream.ErrorCode = 10077

// isConflict: the second code comes from replicated streams.
func isConflict(code jetstream.ErrorCode) bool {
	return code == jetstream.JSErrCodeStreamWrongLastSequence || code == jetstream.JSErrCodeStreamWrongLastSequenceConstant
}
