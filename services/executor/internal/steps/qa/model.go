package qa

import (
	"context"
	"embed"
	"errors"
	"maps"
	"sync"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/llm/prompt"
)

//go:embed prompts
var promptFiles embed.FS

var prompts = prompt.MustLoad(promptFiles)

// model asks the language model for a run, and keeps count of what it answered
// that is not taken. Its methods may be called concurrently, and do nothing
// where there is no model.
type model struct {
	*work
	mu      sync.Mutex
	refused map[string]int
	turned  []RefusedPair
	// told are the reasons that are in the log already.
	told map[string]bool
}

func newModel(w *work) *model {
	return &model{work: w, refused: map[string]int{}, told: map[string]bool{}}
}

// The reasons for which a pair of the model's is not taken.
const (
	refusedStatement = "not_one_reading_statement"
	refusedTable     = "unknown_table"
	refusedColumn    = "unknown_column"
	refusedLanguage  = "wrong_language"
	refusedLength    = "length"
	refusedNumber    = "too_many"
	refusedRival     = "duplicate"
	refusedAnswer    = "answer"
)

// refuse counts what is not taken.
func (m *model) refuse(reason string, n int) {
	if n > 0 {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.refused[reason] += n
	}
}

// repeated says in the log how many pairs about a theme are not taken since
// their question or their SQL was there already.
func (m *model) repeated(th *subject, n int) {
	if n > 0 {
		m.refuse(refusedRival, n)
		m.Log.Warn(m.Language().Sprintf("主题“%s”：模型的 %d 个问题与已有的重复，未采用", "Theme %q: questions of the model's that repeat others and are not taken: %d", th.Name, n))
	}
}

// refusals are the counts so far; nil where nothing was refused.
func (m *model) refusals() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.refused) == 0 {
		return nil
	}
	return maps.Clone(m.refused)
}

// failed says in the log, once for each reason, why rules do what was asked of
// the model.
func (m *model) failed(ctx context.Context, what string, err error) {
	if ctx.Err() != nil {
		return
	}
	answered, detail := errors.Is(err, llm.ErrAnswer), zap.Skip()
	if answered {
		m.refuse(refusedAnswer, 1)
		detail = zap.Error(err)
	}
	reason := m.Model.Reason(err, m.Language())
	m.mu.Lock()
	said := m.told[reason] && !answered
	m.told[reason] = true
	m.mu.Unlock()
	if !said {
		m.Log.Warn(m.Language().Sprintf("%s：%s，改用规则生成", "%s: %s; rules do it instead", what, reason), detail)
	}
}
