package train

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// Unconfigured says that there is no vector store.
func Unconfigured(lang events.Language) error {
	return steps.Fail(events.ClassPlatform, "vector_store_unconfigured", lang.Pick(
		"没有配置向量库：请设置 DP_VECTOR_DATABASE_URL，或关闭 enable_training_data_load",
		"no vector store is configured: set DP_VECTOR_DATABASE_URL, or switch enable_training_data_load off"), nil)
}

// Again is what to do once a fault is mended, as people read it.
type Again struct{ chinese, english string }

// What meets the vector store.
var (
	StepAgain    = Again{"重新执行本步骤", "run this step again"}
	RequestAgain = Again{"再次发出请求", "make the request again"}
)

func (a Again) in(lang events.Language) string { return lang.Pick(a.chinese, a.english) }

// Translate says what went wrong with the vector store and what to do, as a
// *steps.Error, or returns ctx's error. What is no fault of the store, and nil,
// stays as it is.
func Translate(ctx context.Context, err error, lang events.Language, again Again) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, ok := errors.AsType[*steps.Error](err); ok {
		return err
	}
	if errors.Is(err, embed.ErrUnavailable) || errors.Is(err, embed.ErrAnswer) {
		return steps.Fail(events.ClassModel, "embedder_unavailable", describeEmbedder(err, lang, again), err)
	}
	errorType, message := describe(err, lang, again)
	if errorType == "" {
		return err
	}
	return steps.Fail(events.ClassDatabase, errorType, message, err)
}

func describe(err error, lang events.Language, again Again) (errorType, message string) {
	var mismatch *vector.MismatchError
	var extension *vector.ExtensionError
	var gap *gapError
	switch {
	case errors.As(err, &mismatch):
		return "embedder_mismatch", describeMismatch(mismatch, lang)
	case errors.As(err, &extension):
		return "vector_extension_missing", describeExtension(extension, lang)
	case errors.As(err, &gap):
		return "vector_load_gap", lang.Sprintf(
			"集合 %s 写入了 %d 条，但有 %d 条读不回来：请检查向量库上的触发器、规则和行级安全策略，然后重新加载",
			"of the %[2]d documents put into the collection %[1]s, %[3]d cannot be read back: look for triggers, rules and row-level security in the vector store, then load again", gap.collection, gap.written, gap.missing)
	case errors.Is(err, vector.ErrBusy):
		return "vector_store_busy", lang.Sprintf("同一数据库的另一次加载一直没有结束，请稍后%s", "another load of the same database did not end in time; %s later", again.in(lang))
	case errors.Is(err, vector.ErrLayout):
		return "vector_layout_unsupported", lang.Pick(
			"向量库中的 langchain_pg_embedding 表是旧版结构：请换一个数据库或 schema，或先把表迁移到 langchain_postgres 的结构",
			"the table langchain_pg_embedding of the vector store has an older form: use another database or schema, or migrate it to the form of langchain_postgres first")
	}
	return describeDatabase(err, lang, again)
}

func describeEmbedder(err error, lang events.Language, again Again) string {
	if why := embed.Reason(err, lang); why != "" {
		return lang.Sprintf("向量模型没有给出可用的向量（%s）：请处理后%s", "the embedding model gave no usable vectors (%s): mend that, then %s", why, again.in(lang))
	}
	return lang.Sprintf("向量模型没有给出可用的向量：请检查 DP_EMBEDDING_BASE_URL、DP_EMBEDDING_MODEL 和密钥，然后%s",
		"the embedding model gave no usable vectors: check DP_EMBEDDING_BASE_URL, DP_EMBEDDING_MODEL and the key, then %s", again.in(lang))
}

func describeMismatch(m *vector.MismatchError, lang events.Language) string {
	if m.Have.Name == "" {
		return lang.Sprintf(
			"集合 %s 中的向量不是由 %s（%d 维）生成的：请用 DP_VECTOR_COLLECTION_PREFIX 换一个前缀，或清空该集合后重新加载",
			"the vectors of the collection %s are not known to be of %s with %d dimensions: choose another prefix by DP_VECTOR_COLLECTION_PREFIX, or empty the collection and load again", m.Collection, m.Want.Name, m.Want.Dimension)
	}
	return lang.Sprintf(
		"集合 %s 由 %s（%d 维）生成，现在使用的是 %s（%d 维），两者无法比较：请用 DP_VECTOR_COLLECTION_PREFIX 换一个前缀，或清空该集合后重新加载",
		"the collection %s was made by %s with %d dimensions, which cannot be compared with %s with %d: choose another prefix by DP_VECTOR_COLLECTION_PREFIX, or empty the collection and load again",
		m.Collection, m.Have.Name, m.Have.Dimension, m.Want.Name, m.Want.Dimension)
}

func describeExtension(e *vector.ExtensionError, lang events.Language) string {
	if e.Available {
		return lang.Pick(
			"向量库没有启用 vector 扩展，当前用户也无权启用：请由管理员在该数据库执行 CREATE EXTENSION vector;",
			"the extension vector is not enabled in the vector store, and this role may not enable it: have an administrator run CREATE EXTENSION vector; in that database")
	}
	return lang.Sprintf(
		"向量库的服务器没有安装 pgvector：请安装（Debian/Ubuntu：apt install postgresql-%[1]d-pgvector），再由管理员在该数据库执行 CREATE EXTENSION vector;",
		"the vector store's server lacks pgvector: install it (on Debian and Ubuntu: apt install postgresql-%[1]d-pgvector), then have an administrator run CREATE EXTENSION vector; in that database", e.Major)
}

// describeDatabase tells a store that cannot be reached from one that refuses.
func describeDatabase(err error, lang events.Language, again Again) (errorType, message string) {
	var connect *pgconn.ConnectError
	var server *pgconn.PgError
	switch {
	case errors.As(err, new(*pgconn.ParseConfigError)):
		return "vector_store_unconfigured", lang.Pick("DP_VECTOR_DATABASE_URL 不是有效的连接串，请修正", "DP_VECTOR_DATABASE_URL is no valid connection string; mend it")
	case errors.As(err, &connect), lost(err):
		return "vector_store_unreachable", lang.Sprintf("连接不上向量库：请检查 DP_VECTOR_DATABASE_URL、网络和账号，然后%s", "the vector store cannot be reached: check DP_VECTOR_DATABASE_URL, the network and the account, then %s", again.in(lang))
	case errors.As(err, &server):
		return "vector_store_failed", lang.Sprintf("向量库拒绝了操作（SQLSTATE %s：%s），请处理后%s", "the vector store refused the operation (SQLSTATE %s: %s); mend that and %s", server.Code, server.Message, again.in(lang))
	}
	return "", ""
}

// lost reports whether the session broke.
func lost(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pgconn.ErrConnClosed)
}

// unindexed says why searches compare with every document; "" where they need
// not or it needs no word.
func unindexed(state vector.Indexed, lang events.Language) string {
	switch state {
	case vector.IndexDimension:
		return lang.Pick("向量超过 2000 维，pgvector 不能建立 HNSW 索引，检索将逐条比较", "the vectors have more than 2,000 dimensions, which pgvector does not index: searches compare with every document")
	case vector.IndexMixed:
		return lang.Pick("向量表中还有其他维度或其他程序的集合，不能建立 HNSW 索引，检索将逐条比较；需要索引时请为本系统使用单独的数据库或 schema",
			"the table holds collections of other dimensions or of other programs, so there is no HNSW index and searches compare with every document; for an index, give this system a database or schema of its own")
	case vector.IndexBusy:
		return lang.Pick("向量表正被占用，本次没有建立 HNSW 索引，下次加载时再试", "the table was in use, so no HNSW index was made; the next load tries again")
	case vector.IndexDenied:
		return lang.Pick("向量库的账号不是表的所有者，没有建立 HNSW 索引，检索将逐条比较", "the vector store's role does not own the table, so there is no HNSW index and searches compare with every document")
	}
	return ""
}
