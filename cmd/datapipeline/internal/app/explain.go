package app

import (
	"errors"
	"syscall"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// causes are the errors that people can do something about, and what.
var causes = []struct {
	err    error
	zh, en string
}{
	{embedded.ErrInUse,
		"数据目录正被另一个 datapipeline 使用：请先停止它，或用 --data-dir 指定其他目录；run 也可用 DP_VECTOR_DATABASE_URL 指定向量库，或加 --skip-training-load。",
		"the data folder is in use by another datapipeline: stop that one, or name another folder with --data-dir; run can also be given a vector store in DP_VECTOR_DATABASE_URL, or --skip-training-load"},
	{embedded.ErrNoBinaries,
		"未找到 PostgreSQL 服务端程序，也未能下载：请安装 PostgreSQL，或用 DP_DATABASE_URL（run 用 DP_VECTOR_DATABASE_URL）指定已有的数据库。",
		"no PostgreSQL server program was found, and none could be fetched: install PostgreSQL, or name a database in DP_DATABASE_URL (DP_VECTOR_DATABASE_URL for run)"},
	{syscall.EADDRINUSE,
		"监听地址已被占用：请停止占用它的程序，或用 --http（或 --nats）指定其他地址。",
		"the address is taken: stop the program that listens there, or name another one with --http (or --nats)"},
	{broker.ErrNotFound,
		"DP_NATS_URL 上没有本系统的消息流：请先启动服务，或设置 DP_PROVISION=true；run 也可加 --no-db-tracking。",
		"the NATS at DP_NATS_URL does not have the streams: start the services first, or set DP_PROVISION=true; or give run --no-db-tracking"},
	{broker.ErrUnavailable,
		"无法连接 DP_NATS_URL 指定的 NATS：请检查地址与网络；run 也可加 --no-db-tracking。",
		"the NATS at DP_NATS_URL cannot be reached: check the address and the network; or give run --no-db-tracking"},
}

// explain says in a language what to do about an error, with the error itself
// behind it.
func explain(err error, lang events.Language) string {
	for _, c := range causes {
		if errors.Is(err, c.err) {
			return lang.Sprintf("%s（%v）", "%s (%v)", lang.Pick(c.zh, c.en), err)
		}
	}
	return err.Error()
}
