package events

import (
	"errors"
	"fmt"
	"regexp"
)

// Limits of what an event may hold. They keep every event well under the 1 MiB
// that a NATS server takes by default.
const (
	MaxBusinessContext = 64 << 10
	MaxMessage         = 16 << 10
	MaxResult          = 256 << 10
	MaxTables          = 1000
	MaxFiles           = 4096
	MaxLineBytes       = 32 << 10
	MaxLines           = 256
	MaxBatchBytes      = 64 << 10
)

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// field is one check of a field: an error that names it unless ok.
func field(name string, ok bool) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s is missing or out of bounds", name)
}

// check joins what failed into one error that wraps ErrInvalid.
func check(faults ...error) error {
	if err := errors.Join(faults...); err != nil {
		if errors.Is(err, ErrInvalid) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}
