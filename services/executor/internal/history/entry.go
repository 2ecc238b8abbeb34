package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/files"
)

// The bounds of an entry.
const (
	// MaxSize is in bytes.
	MaxSize = 32 << 20
	// MaxPairs is how many pairs of people's an entry keeps.
	MaxPairs = events.MaxPeoplePairs
)

// ErrMalformed is wrapped by the refusal of an entry.
var ErrMalformed = errors.New("malformed history entry")

// Entry is what is remembered of a task.
type Entry struct {
	TaskID string `json:"task_id"`
	// OutputPrefix is its folder in the bucket.
	OutputPrefix string `json:"output_prefix"`
	// CreatedAt and RequestedAt are the stream times of the task's first request
	// and of the newest one that was completed, RequestSeq the latter's sequence.
	CreatedAt   time.Time `json:"created_at"`
	RequestedAt time.Time `json:"requested_at"`
	RequestSeq  uint64    `json:"request_seq"`
	// Settings is what the files were made with; see Settings and ReadBy.
	Settings string `json:"settings"`
	// Steps are the manifests of the completed steps.
	Steps map[events.Step][]events.File `json:"steps"`
	// Pairs are those that people wrote or decided about, as the task saw them
	// last: the ones that it took over from earlier tasks included. The last
	// MaxPairs are kept.
	Pairs []events.Pair `json:"pairs,omitempty"`
}

// Files are what the manifests name. A later step's file takes the place of an
// earlier one's.
func (e Entry) Files() map[string]events.File {
	all := map[string]events.File{}
	for _, step := range events.Steps() {
		for _, f := range e.Steps[step] {
			all[f.Name] = f
		}
	}
	return all
}

func (e Entry) encode() ([]byte, error) {
	e.Pairs = e.Pairs[max(0, len(e.Pairs)-MaxPairs):] // the task's own are the last
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	data, err := json.Marshal(e)
	if err == nil && len(data) > MaxSize {
		err = fmt.Errorf("%w: %d bytes, at most %d", ErrMalformed, len(data), MaxSize)
	}
	return data, err
}

func decode(data []byte) (Entry, error) {
	if len(data) > MaxSize {
		return Entry{}, fmt.Errorf("%w: more than %d bytes", ErrMalformed, MaxSize)
	}
	var e Entry
	if err := json.Unmarshal(data, &e); err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if err := e.check(); err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return e, nil
}

func (e Entry) check() error {
	switch {
	case !events.ValidTaskID(e.TaskID):
		return errors.New("it names no task")
	case e.OutputPrefix == "" || len(e.OutputPrefix) > 1024 || strings.HasPrefix(e.OutputPrefix, "."):
		return errors.New("it names no folder")
	case e.CreatedAt.IsZero() || e.RequestedAt.Before(e.CreatedAt):
		return errors.New("its times are not in order")
	case len(e.Pairs) > MaxPairs:
		return fmt.Errorf("%d pairs, at most %d", len(e.Pairs), MaxPairs)
	}
	for _, manifest := range e.Steps {
		if len(manifest) > events.MaxFiles {
			return fmt.Errorf("%d files, at most %d", len(manifest), events.MaxFiles)
		}
		for _, f := range manifest {
			if err := files.CheckName(f.Name); err != nil || f.Size < 0 || f.SHA256 == "" {
				return fmt.Errorf("no file of a manifest: %.80q", f.Name)
			}
		}
	}
	return nil
}
