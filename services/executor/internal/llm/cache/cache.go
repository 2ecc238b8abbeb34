// Package cache keeps what was asked of a model under a hash of the question,
// so that a repeated run asks nothing twice.
package cache

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"gocloud.dev/blob"

	"github.com/citu/datapipeline/internal/kit/bucket"
)

// MaxAge is how long an entry is kept.
const MaxAge = 30 * 24 * time.Hour

// maxEntry bounds an entry.
const maxEntry = 4 << 20

// Cache keeps entries in a bucket. It is safe for concurrent use, by several
// processes as well. A nil Cache has nothing and keeps nothing.
type Cache struct{ bucket *blob.Bucket }

// New makes a cache of a bucket, whose closing is the caller's.
func New(b *blob.Bucket) *Cache { return &Cache{b} }

// Key is the key of a question: a hash of its parts, of which none can pass
// for two.
func Key(parts ...string) string {
	h := sha256.New()
	var size [8]byte
	for _, part := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		io.WriteString(h, part) //nolint:errcheck // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Get returns the value kept under a key. An entry that does not say what was
// put, and a bucket that is away, are a miss.
func (c *Cache) Get(ctx context.Context, key string) ([]byte, bool) {
	if c == nil {
		return nil, false
	}
	r, err := c.bucket.NewRangeReader(ctx, path(key), 0, maxEntry+1, nil)
	if err != nil {
		return nil, false
	}
	defer r.Close() //nolint:errcheck // it was only read
	entry, err := io.ReadAll(r)
	if err != nil || len(entry) > maxEntry || len(entry) < sha256.Size {
		return nil, false
	}
	sum, value := entry[:sha256.Size], entry[sha256.Size:]
	return value, bytes.Equal(sum, checksum(key, value))
}

// Put keeps a value. One that is too large is not kept.
func (c *Cache) Put(ctx context.Context, key string, value []byte) error {
	if c == nil || len(value)+sha256.Size > maxEntry {
		return nil
	}
	// Not by bucket.Put, which waits for the disk: a lost entry costs a question.
	err := c.bucket.WriteAll(ctx, path(key), append(checksum(key, value), value...), &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return fmt.Errorf("model cache: %w", err)
	}
	return nil
}

// Sweep removes entries older than MaxAge, and returns how many.
func (c *Cache) Sweep(ctx context.Context, now time.Time) (int, error) {
	if c == nil {
		return 0, nil
	}
	entries, err := bucket.List(ctx, c.bucket, "")
	if err != nil {
		return 0, fmt.Errorf("model cache: %w", err)
	}
	removed := 0
	for _, e := range entries {
		if now.Sub(e.ModTime) <= MaxAge {
			continue
		}
		if err := c.bucket.Delete(ctx, e.Key); err != nil {
			return removed, fmt.Errorf("model cache: %w", err)
		}
		removed++
	}
	if _, err := bucket.Sweep(ctx, c.bucket, "", MaxAge); err != nil { // what a crash left unfinished
		return removed, fmt.Errorf("model cache: %w", err)
	}
	return removed, nil
}

// path spreads entries over folders.
func path(key string) string { return key[:2] + "/" + key[2:] }

// checksum tells an entry that was cut, changed or moved from a good one.
func checksum(key string, value []byte) []byte {
	sum := sha256.Sum256(append([]byte(key), value...))
	return sum[:]
}
