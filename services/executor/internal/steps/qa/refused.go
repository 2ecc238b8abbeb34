package qa

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

// RefusedFile holds the pairs of the model's that were not taken, as a JSON
// array of RefusedPair; there is none where all were.
const RefusedFile = "refused_model_pairs.json"

// maxRefused bounds the pairs in RefusedFile.
const maxRefused = 10_000

// RefusedPair is a pair of the model's that was not taken.
type RefusedPair struct {
	Question string `json:"question"`
	SQL      string `json:"sql"`
	Theme    string `json:"theme"`
	// Reason is one of those that Result.Refused counts, and Detail the table or
	// column that it is about.
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// turnDown keeps a pair for RefusedFile, cut to what a pair may be.
func (m *model) turnDown(theme string, p pairs.Pair, reason, detail string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.turned) < maxRefused {
		m.turned = append(m.turned, RefusedPair{cutTo(p.Question, maxQuestion), cutTo(p.SQL, maxSQL), theme, reason, detail})
	}
}

// encodeRefused is RefusedFile, in an order that does not depend on which
// answer came first; nil where nothing was refused.
func (m *model) encodeRefused() ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.turned) == 0 {
		return nil, nil
	}
	list := slices.SortedFunc(slices.Values(m.turned), func(a, b RefusedPair) int {
		return cmp.Or(cmp.Compare(a.Theme, b.Theme), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Question, b.Question), cmp.Compare(a.SQL, b.SQL))
	})
	data, err := text.JSON(slices.Compact(list)) // a model that is asked again may repeat itself
	if err != nil {
		return nil, fmt.Errorf("encode refused pairs: %w", err)
	}
	return data, nil
}
