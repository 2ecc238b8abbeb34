package live

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrPosition is wrapped by ParsePosition's refusals.
var ErrPosition = errors.New("malformed position")

// Position is a place in both streams: everything up to it was seen. It is the
// id of a server-sent event.
type Position struct {
	Pipeline uint64 // sequence in PIPELINE
	Logs     uint64 // sequence in PIPELINE_LOGS
}

// String returns "<Pipeline>-<Logs>".
func (p Position) String() string {
	return strconv.FormatUint(p.Pipeline, 10) + "-" + strconv.FormatUint(p.Logs, 10)
}

// ParsePosition reads what String wrote, or refuses with ErrPosition.
func ParsePosition(s string) (Position, error) {
	left, right, ok := strings.Cut(s, "-")
	pipeline, err := strconv.ParseUint(left, 10, 64)
	logs, err2 := strconv.ParseUint(right, 10, 64)
	if !ok || err != nil || err2 != nil {
		return Position{}, fmt.Errorf("%w: %.64q is not <number>-<number>", ErrPosition, s)
	}
	return Position{Pipeline: pipeline, Logs: logs}, nil
}
