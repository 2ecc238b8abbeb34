package pairlist

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/outputs"
)

// folder is a bucket of which each read is counted, and waits while the gate is
// shut.
type folder struct {
	*outputs.Store
	t       *testing.T
	bucket  *blob.Bucket
	reads   atomic.Int32
	entered chan struct{}
	gate    chan struct{}
}

func openFolder(t *testing.T) *folder {
	t.Helper()
	b, err := fileblob.OpenBucket(t.TempDir(), &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	f := &folder{Store: outputs.New(b), t: t, bucket: b, entered: make(chan struct{}, 100), gate: make(chan struct{})}
	close(f.gate)
	return f
}

func (f *folder) Content(ctx context.Context, file events.OutputRegistered, limit int64, hashes ...string) ([]byte, string, error) {
	f.reads.Add(1)
	f.entered <- struct{}{}
	<-f.gate
	return f.Store.Content(ctx, file, limit, hashes...)
}

func (f *folder) shut() (open func()) {
	f.gate = make(chan struct{})
	return sync.OnceFunc(func() { close(f.gate) })
}

// write leaves a file of one pair, and returns it as it is registered.
func (f *folder) write(name, pairID string) events.OutputRegistered {
	f.t.Helper()
	content := `[{"pair_id":"` + pairID + `"}]`
	if err := f.bucket.WriteAll(f.t.Context(), name, []byte(content), nil); err != nil {
		f.t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	return events.OutputRegistered{Path: name, File: events.File{Name: name, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}}
}

func (f *folder) ask(s *shelf, file events.OutputRegistered) string {
	f.t.Helper()
	list, err := s.pairs(f.t.Context(), file, []string{file.SHA256})
	if err != nil || len(list) != 1 {
		f.t.Errorf("%v, %v", list, err)
		return ""
	}
	return list[0].ID
}

// However many ask at once, no more files than maxReads are in memory at once,
// and those who waited find that the file was read.
func TestAFileIsReadForAllWhoWait(t *testing.T) {
	f := openFolder(t)
	s, file, open := newShelf(f), f.write("a", "p_1"), f.shut()
	var asking sync.WaitGroup
	for range 20 {
		asking.Go(func() {
			if id := f.ask(s, file); id != "p_1" {
				t.Error(id)
			}
		})
	}
	for range maxReads {
		<-f.entered
	}
	open()
	asking.Wait()
	if n := f.reads.Load(); n != maxReads {
		t.Errorf("%d reads", n)
	}
}

func TestWhoWaitsTooLongIsToldSo(t *testing.T) {
	f := openFolder(t)
	s, file, open := newShelf(f), f.write("a", "p_1"), f.shut()
	var asking sync.WaitGroup
	for range maxReads {
		asking.Go(func() { f.ask(s, file) })
		<-f.entered
	}
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.pairs(late, file, []string{file.SHA256}); !errors.Is(err, errBusy) {
		t.Error(err)
	}
	open()
	asking.Wait()
}

func TestAFileThatChangedIsReadAnew(t *testing.T) {
	f := openFolder(t)
	s := newShelf(f)
	for _, id := range []string{"p_1", "p_2"} {
		file := f.write("a", id)
		for range 2 {
			if got := f.ask(s, file); got != id {
				t.Errorf("%s, want %s", got, id)
			}
		}
	}
	if n := f.reads.Load(); n != 2 {
		t.Errorf("%d reads", n)
	}
	old := f.write("a", "p_3")
	f.write("a", "p_4") // by somebody else
	if _, err := s.pairs(t.Context(), old, []string{old.SHA256}); !errors.Is(err, outputs.ErrChanged) {
		t.Error(err)
	}
}

func TestTheShelfForgetsWhatNobodyAskedForLongest(t *testing.T) {
	s := newShelf(nil)
	for _, path := range []string{"a", "b", "c"} {
		s.keep(volume{path: path, hash: path, size: maxKept / 3})
	}
	s.find("a", "", []string{"a"})
	s.keep(volume{path: "d", hash: "d", size: maxKept / 3})
	s.keep(volume{path: "d", hash: "e", size: maxKept / 3})
	var kept []string
	for _, v := range s.kept {
		kept = append(kept, v.path+v.hash)
	}
	if want := []string{"cc", "aa", "de"}; !slices.Equal(kept, want) {
		t.Errorf("%s, want %s", strings.Join(kept, " "), strings.Join(want, " "))
	}
}
