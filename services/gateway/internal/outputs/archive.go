package outputs

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/citu/datapipeline/events"
)

// Archive writes a zip of files, each under its name, as it reads them: nothing
// is kept in memory or on disk. The comment stands in the archive. Errors:
// *MissingError; w's own.
func (s *Store) Archive(ctx context.Context, w io.Writer, files []events.OutputRegistered, comment string) error {
	z := zip.NewWriter(w)
	if err := z.SetComment(comment); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	for _, f := range files {
		if err := s.pack(ctx, z, f); err != nil {
			return err
		}
	}
	return z.Close()
}

func (s *Store) pack(ctx context.Context, z *zip.Writer, f events.OutputRegistered) (err error) {
	if !fs.ValidPath(f.Name) {
		return fmt.Errorf("archive: %q is no name for a file", f.Name)
	}
	r, err := s.Open(ctx, f, 0, -1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	entry, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: f.ModifiedAt.Truncate(time.Second)})
	if err != nil {
		return fmt.Errorf("archive %s: %w", f.Name, err)
	}
	if _, err := io.Copy(entry, r); err != nil {
		return fmt.Errorf("archive %s: %w", f.Name, err)
	}
	return nil
}
