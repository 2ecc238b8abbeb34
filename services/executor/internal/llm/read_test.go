package llm

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// FuzzRead: whatever a model says, what is found is a JSON object that is in it.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"a":1}`, "```json\n{\"a\":1}\n```", "<think>{</think>{}", "</think></think>{}", "{{{{", `{"a":"</think>"}`, "<think>", strings.Repeat("{", 100),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		content, err := read(endpoint.Answer{Content: said}, func(found []byte) error {
			if len(found) > 40 {
				return errors.New("too long")
			}
			return nil
		})
		if err != nil {
			return
		}
		var object map[string]any
		if json.Unmarshal(content, &object) != nil || !strings.Contains(said, string(content)) {
			t.Errorf("%q gives %q", said, content)
		}
	})
}
