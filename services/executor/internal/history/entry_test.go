package history

import (
	"errors"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
)

func FuzzDecode(f *testing.F) {
	good, err := Entry{
		TaskID: "task_20250701_143052", OutputPrefix: "task_20250701_143052", CreatedAt: time.Unix(1, 0), RequestedAt: time.Unix(2, 0),
		Steps: map[events.Step][]events.File{events.StepDDL: {{Name: "a.ddl", Size: 1, SHA256: "aa"}}},
	}.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decode(data)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("%v", err)
			}
			return
		}
		e.Files()
		again, err := e.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decode(again); err != nil {
			t.Error(err)
		}
	})
}
