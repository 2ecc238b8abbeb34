package store

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"unicode/utf8"
)

// PostgreSQL takes neither U+0000 nor halves of surrogates, and its integers
// end sooner than Go's. What senders wrote beyond that is written as the
// nearest that it takes, rather than refused.

// text replaces what no text may hold.
func text(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
}

// null is nil for an empty text.
func null[S ~string](s S) *string {
	if s == "" {
		return nil
	}
	clean := text(string(s))
	return &clean
}

// jsonb makes a JSON document fit for JSONB; nil stays nil, which is NULL.
func jsonb(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	if utf8.Valid(raw) && !bytes.Contains(raw, []byte(`\u0000`)) && !bytes.Contains(bytes.ToLower(raw), []byte(`\ud`)) {
		return raw
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return raw // the database will say what is wrong
	}
	return document(scrub(v))
}

// scrub cleans the texts of a decoded document.
func scrub(v any) any {
	switch v := v.(type) {
	case string:
		return text(v)
	case []any:
		for i := range v {
			v[i] = scrub(v[i])
		}
	case map[string]any:
		clean := make(map[string]any, len(v))
		for key, value := range v {
			clean[text(key)] = scrub(value)
		}
		return clean
	}
	return v
}

// document is the JSON of a value of which JSON can always be made.
func document(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func integer(n int) int32 { return int32(max(math.MinInt32, min(n, math.MaxInt32))) }

func bigint(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// column takes one column out of rows.
func column[R, V any](rows []R, value func(R) V) []V {
	values := make([]V, len(rows))
	for i, r := range rows {
		values[i] = value(r)
	}
	return values
}
