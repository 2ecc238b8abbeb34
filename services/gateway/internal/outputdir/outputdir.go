// Package outputdir knows where the files of tasks are: what callers call a
// folder, people a path, and the bucket a key prefix.
package outputdir

import (
	"errors"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/bucket"
)

// ErrOutside refuses a folder that is not inside the root.
var ErrOutside = errors.New("not inside the output root")

// Root is the place below which all files are.
type Root struct{ base string }

// New makes the root of a bucket, by its URL or folder.
func New(bucketURL string) Root {
	if folder, ok := bucket.Folder(bucketURL); ok {
		return Root{filepath.ToSlash(folder)}
	}
	u, err := url.Parse(bucketURL)
	if err != nil {
		return Root{bucketURL}
	}
	return Root{u.Scheme + "://" + path.Join(u.Host, u.Path)}
}

// String is the root as people find it: a path, or s3:// and the bucket.
func (r Root) String() string { return r.base }

// Directory is the place of a key prefix as people find it.
func (r Root) Directory(prefix string) string {
	return strings.TrimSuffix(r.base+"/"+prefix, "/")
}

// Prefix returns the key prefix of a folder that is given relative to the root
// or with it; the root itself is "". ErrOutside refuses any other place, a
// folder of a task, and names that the bucket could not hold.
func (r Root) Prefix(dir string) (string, error) {
	if dir == r.base {
		return "", nil
	}
	if inside, ok := strings.CutPrefix(dir, strings.TrimSuffix(r.base, "/")+"/"); ok {
		dir = inside
	}
	if strings.HasPrefix(dir, "/") || strings.Contains(dir, "://") {
		return "", ErrOutside
	}
	clean := path.Clean(dir)
	if clean == "." {
		return "", nil
	}
	for segment := range strings.SplitSeq(clean, "/") {
		if !properSegment(segment) {
			return "", ErrOutside
		}
	}
	return clean, nil
}

func properSegment(s string) bool {
	odd := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`\:*?"<>|`, r) }
	return s != ".." && len(s) <= 255 && !strings.HasSuffix(s, ".tmp") && !events.ValidTaskID(s) && !strings.ContainsFunc(s, odd)
}
