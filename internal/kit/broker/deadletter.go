package broker

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
)

// The headers that a dead letter has beside those of the message it keeps.
const (
	HeaderDeadReason   = "dead-letter-reason"
	HeaderDeadStream   = "dead-letter-stream"
	HeaderDeadSequence = "dead-letter-sequence"
	HeaderDeadSubject  = "dead-letter-subject"
)

// reasonLimit bounds the reason, in bytes.
const reasonLimit = 1024

// DeadLetter keeps a message that a service cannot process, with the reason,
// in the dead-letter stream, and counts it. Doing so again changes nothing.
// Errors as for Publish.
func (b *Broker) DeadLetter(ctx context.Context, service string, m Message, reason string) error {
	letter := &nats.Msg{Subject: events.DeadLetterPrefix + "." + service, Header: nats.Header{}, Data: m.Body}
	maps.Copy(letter.Header, m.Header)
	for name := range letter.Header {
		if strings.HasPrefix(strings.ToLower(name), "nats-") { // the server would obey them
			delete(letter.Header, name)
		}
	}
	letter.Header.Set(HeaderDeadReason, oneLine(reason))
	letter.Header.Set(HeaderDeadStream, m.Stream)
	letter.Header.Set(HeaderDeadSequence, strconv.FormatUint(m.Sequence, 10))
	letter.Header.Set(HeaderDeadSubject, m.Subject)
	letter.Header.Set(nats.MsgIdHdr, fmt.Sprintf("%s-%s-%d", service, m.Stream, m.Sequence))
	if _, err := b.publish(ctx, letter); err != nil {
		return fmt.Errorf("dead letter: %w", err)
	}
	b.deadLetters.WithLabelValues(m.Stream).Inc()
	b.log.Warn("message given up", zap.String("subject", m.Subject), zap.Uint64("sequence", m.Sequence), zap.String("reason", reason))
	return nil
}

// oneLine makes a text fit for a header.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.ToValidUTF8(s[:min(len(s), reasonLimit)], "")
}
