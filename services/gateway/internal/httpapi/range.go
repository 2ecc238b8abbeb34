package httpapi

import (
	"errors"
	"strconv"
	"strings"
)

// errUnsatisfiable: a range lies outside the content.
var errUnsatisfiable = errors.New("range not satisfiable")

// byteRange is a part of a content: length bytes from an offset.
type byteRange struct{ offset, length int64 }

// contentRange is the header that names the part of a content of a size.
func (r byteRange) contentRange(size int64) string {
	return "bytes " + strconv.FormatInt(r.offset, 10) + "-" + strconv.FormatInt(r.offset+r.length-1, 10) + "/" + strconv.FormatInt(size, 10)
}

// parseRange reads a Range header of one range (RFC 9110, 14.1.2). It returns
// nil for whatever may be passed over: an absent or malformed header, another
// unit, several ranges. A range beyond the content is errUnsatisfiable.
func parseRange(header string, size int64) (*byteRange, error) {
	unit, spec, _ := strings.Cut(header, "=")
	first, last, ok := strings.Cut(strings.TrimSpace(spec), "-")
	if !strings.EqualFold(strings.TrimSpace(unit), "bytes") || !ok {
		return nil, nil
	}
	if first == "" {
		return suffix(last, size)
	}
	from, ok := digits(first)
	to := size - 1
	if last != "" && ok {
		to, ok = digits(last)
	}
	switch {
	case !ok || last != "" && to < from:
		return nil, nil
	case from >= size:
		return nil, errUnsatisfiable
	}
	return &byteRange{from, min(to, size-1) - from + 1}, nil
}

// suffix is the last bytes of a content.
func suffix(last string, size int64) (*byteRange, error) {
	n, ok := digits(last)
	switch {
	case !ok:
		return nil, nil
	case n == 0 || size == 0:
		return nil, errUnsatisfiable
	}
	n = min(n, size)
	return &byteRange{size - n, n}, nil
}

// digits reads a number that is written with digits alone. One beyond int64 is
// the greatest there is.
func digits(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, _ := strconv.ParseInt(s, 10, 64) // the greatest one with ErrRange
	return n, true
}
