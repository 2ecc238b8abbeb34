// Package bucket opens the store of tasks' files, a folder or S3, and
// publishes files in it whole.
package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // s3:// URLs
	"gocloud.dev/gcerrors"
)

// ErrConfig is wrapped by Open's refusal of a URL.
var ErrConfig = errors.New("not a usable bucket")

// tempSuffix ends the names of files that are being written.
const tempSuffix = ".tmp"

// Config says where the files are. It is embedded into a service's
// configuration.
type Config struct {
	URL string `name:"bucket-url" env:"DP_BUCKET_URL" default:"./data_pipeline/training_data" help:"Where tasks' files are: a folder, file:///folder or s3://bucket?region=…."`
}

// Validate returns a fault of the URL.
func (c Config) Validate() error {
	_, _, err := parse(c.URL)
	return err
}

// Folder returns the folder that a URL stands for, absolute, and whether it is
// one: a path or a file:// URL.
func Folder(bucketURL string) (string, bool) {
	folder, isFolder, err := parse(bucketURL)
	return folder, isFolder && err == nil
}

// Open opens the bucket of a URL: a folder, which is created, as a path or as
// file:///absolute/path; or s3://name with its query as in gocloud.dev's
// s3blob (region, endpoint, use_path_style …), credentials as the AWS SDK
// finds them. Folders are plain: a key is a path, without sidecar files.
// ErrConfig for anything else. The caller closes the bucket.
func Open(ctx context.Context, bucketURL string) (*blob.Bucket, error) {
	folder, isFolder, err := parse(bucketURL)
	if err != nil {
		return nil, err
	}
	if !isFolder {
		b, err := blob.OpenBucket(ctx, bucketURL)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
		return b, nil
	}
	b, err := fileblob.OpenBucket(folder, &fileblob.Options{CreateDir: true, NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return b, nil
}

func parse(bucketURL string) (folder string, isFolder bool, err error) {
	scheme, _, hasScheme := strings.Cut(bucketURL, "://")
	switch {
	case bucketURL == "":
		return "", false, fmt.Errorf("%w: the URL is empty", ErrConfig)
	case !hasScheme:
		folder, err = filepath.Abs(bucketURL)
		return folder, true, err
	case scheme == "s3":
		return "", false, nil
	case scheme != "file":
		return "", false, fmt.Errorf("%w: expected a folder, file:// or s3://", ErrConfig)
	}
	u, err := url.Parse(bucketURL)
	if err != nil || u.Host != "" || !filepath.IsAbs(u.Path) {
		return "", false, fmt.Errorf("%w: a file URL is file:///absolute/path", ErrConfig)
	}
	return filepath.Clean(u.Path), true, nil
}

// Put publishes a file whole: readers see the earlier content or all of the
// new one. When Put returns nil, the file survives a crash of the machine; in
// a folder it and its place are synced for that. An error leaves what was
// there before.
func Put(ctx context.Context, b *blob.Bucket, key string, content io.Reader) error {
	if strings.HasSuffix(key, tempSuffix) {
		return fmt.Errorf("put %s: names that end in %s are for unfinished files", key, tempSuffix)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before Close, it abandons the write
	var file *os.File
	w, err := b.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType: "application/octet-stream", // unused in folders, and saves a guess that would delay the writing
		BeforeWrite: func(as func(any) bool) error { as(&file); return nil },
	})
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	err = write(w, content, &file)
	if err != nil {
		cancel()
		_ = w.Close() // reports the cancellation
		return fmt.Errorf("put %s: %w", key, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	if err := syncFolders(file); err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	return nil
}

// write copies the content and, in a folder, syncs it. The file is known only
// after the first write.
func write(w io.Writer, content io.Reader, file **os.File) error {
	if _, err := w.Write(nil); err != nil {
		return err
	}
	if _, err := io.Copy(w, content); err != nil {
		return err
	}
	if *file == nil {
		return nil
	}
	return (*file).Sync()
}

// syncFolders makes a file's name durable, and its folder's, which may be new.
func syncFolders(file *os.File) error {
	if file == nil {
		return nil
	}
	dir := filepath.Dir(file.Name())
	return errors.Join(syncFolder(dir), syncFolder(filepath.Dir(dir)))
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Object is a file of the bucket.
type Object struct {
	Key     string
	Size    int64
	ModTime time.Time
}

// List returns the finished files below a prefix, sorted by key. End a prefix
// that is a folder with a slash.
func List(ctx context.Context, b *blob.Bucket, prefix string) ([]Object, error) {
	var found []Object
	err := each(ctx, b, prefix, func(o *blob.ListObject) error {
		if !strings.HasSuffix(o.Key, tempSuffix) {
			found = append(found, Object{o.Key, o.Size, o.ModTime})
		}
		return nil
	})
	return found, err
}

// Sweep removes unfinished files below a prefix that were left by a crash more
// than age ago, and returns how many.
func Sweep(ctx context.Context, b *blob.Bucket, prefix string, age time.Duration) (int, error) {
	removed := 0
	err := each(ctx, b, prefix, func(o *blob.ListObject) error {
		if !strings.HasSuffix(o.Key, tempSuffix) || time.Since(o.ModTime) < age {
			return nil
		}
		removed++
		return ignoreNotFound(b.Delete(ctx, o.Key))
	})
	return removed, err
}

// RemoveAll removes every file below a prefix, unfinished ones too. Of a prefix
// that is a folder, which ends with a slash, the folder itself goes as well.
func RemoveAll(ctx context.Context, b *blob.Bucket, prefix string) error {
	err := each(ctx, b, prefix, func(o *blob.ListObject) error {
		return ignoreNotFound(b.Delete(ctx, o.Key))
	})
	if folder, ok := strings.CutSuffix(prefix, "/"); ok && err == nil {
		_ = b.Delete(ctx, folder) // S3 has no folders, and one that is not empty is in use again
	}
	return err
}

func each(ctx context.Context, b *blob.Bucket, prefix string, fn func(*blob.ListObject) error) error {
	for list := b.List(&blob.ListOptions{Prefix: prefix}); ; {
		o, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = fn(o)
		}
		if err != nil {
			return fmt.Errorf("list %s: %w", prefix, err)
		}
	}
}

func ignoreNotFound(err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	return err
}
