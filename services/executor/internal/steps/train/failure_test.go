package train

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// A fault tells whoever meets it what to do again: a step of a task, or a
// request outside of tasks. What the endpoint said is the cause alone.
func TestFaultsOfTheStoreSayWhatToDo(t *testing.T) {
	refused := &pgconn.PgError{Code: "53100", Message: "disk full"}
	unavailable := fmt.Errorf("%w: raw text", embed.ErrUnavailable)
	away := fmt.Errorf("%w: %w", embed.ErrUnavailable, &endpoint.Error{Cause: endpoint.Cause{Status: 429, Wait: 86400}, Message: "raw text"})
	for _, c := range []struct {
		err   error
		lang  events.Language
		again Again
		want  string
	}{
		{refused, events.English, StepAgain, "the vector store refused the operation (SQLSTATE 53100: disk full); mend that and run this step again"},
		{refused, events.English, RequestAgain, "the vector store refused the operation (SQLSTATE 53100: disk full); mend that and make the request again"},
		{refused, events.Chinese, RequestAgain, "向量库拒绝了操作（SQLSTATE 53100：disk full），请处理后再次发出请求"},
		{unavailable, events.Chinese, StepAgain, "向量模型没有给出可用的向量：请检查 DP_EMBEDDING_BASE_URL、DP_EMBEDDING_MODEL 和密钥，然后重新执行本步骤"},
		{unavailable, events.English, RequestAgain, "the embedding model gave no usable vectors: check DP_EMBEDDING_BASE_URL, DP_EMBEDDING_MODEL and the key, then make the request again"},
		{away, events.Chinese, StepAgain, "向量模型没有给出可用的向量（HTTP 429：要求等待 24 小时）：请处理后重新执行本步骤"},
		{away, events.English, RequestAgain, "the embedding model gave no usable vectors (HTTP 429: it asks to wait 24 h): mend that, then make the request again"},
		{pgconn.ErrConnClosed, events.Chinese, RequestAgain, "连接不上向量库：请检查 DP_VECTOR_DATABASE_URL、网络和账号，然后再次发出请求"},
	} {
		err := Translate(t.Context(), c.err, c.lang, c.again)
		told, ok := errors.AsType[*steps.Error](err)
		if !ok || told.Failure("").Message != c.want || !errors.Is(err, c.err) {
			t.Errorf("%v: %v, want %s", c.err, err, c.want)
		}
	}
}
