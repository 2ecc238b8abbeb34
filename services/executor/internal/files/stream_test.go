package files_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/executor/internal/files"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

var _ steps.Streamer = (*files.Scratch)(nil)

// A file that is written piece by piece is one of the scratch's once it is
// whole, and none of it is otherwise.
func TestAFileIsWrittenPieceByPiece(t *testing.T) {
	s := scratch(t, map[string]string{"kept.csv": "before"})
	pieces := func(n int, end error) func(io.Writer) error {
		return func(w io.Writer) error {
			for i := range n {
				if _, err := fmt.Fprintf(w, "row %d\n", i); err != nil {
					return err
				}
			}
			return end
		}
	}
	if err := steps.WriteFrom(s, "rows.csv", pieces(1000, nil)); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	if err := s.WriteFrom("kept.csv", pieces(3, stop)); !errors.Is(err, stop) {
		t.Errorf("err = %v", err)
	}
	if err := s.WriteFrom("../x", pieces(1, nil)); !errors.Is(err, files.ErrName) {
		t.Errorf("err = %v", err)
	}
	var want strings.Builder
	_ = pieces(1000, nil)(&want)
	sum := sha256.Sum256([]byte(want.String()))
	list := s.Manifest()
	if len(list) != 2 || list[0].Size != int64(len("before")) || list[1].Size != int64(want.Len()) || list[1].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("%+v", list)
	}
	if err := s.Drop(); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteFrom("late.csv", pieces(1, nil)); !errors.Is(err, files.ErrSealed) {
		t.Errorf("err = %v", err)
	}
}
