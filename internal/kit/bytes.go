package kit

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrInvalidSize is the refusal of a text that is no size.
var ErrInvalidSize = errors.New("not a size such as 104857600, 100MiB or 100MB")

// Bytes is a size in a configuration: a whole number of bytes, or of a unit of
// 1,000 (kB, MB, GB) or of 1,024 (KiB, MiB, GiB), in any case.
type Bytes int64

var units = map[string]int64{
	"": 1, "b": 1,
	"kb": 1e3, "mb": 1e6, "gb": 1e9,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
}

// UnmarshalText reads a size; anything else is ErrInvalidSize.
func (b *Bytes) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	number := strings.TrimRight(s, "BbGgIiKkMm ")
	unit, known := units[strings.ToLower(strings.TrimSpace(s[len(number):]))]
	n, err := strconv.ParseUint(number, 10, 63)
	if err != nil || !known || int64(n) > math.MaxInt64/unit {
		return fmt.Errorf("%w: %q", ErrInvalidSize, text)
	}
	*b = Bytes(int64(n) * unit)
	return nil
}
