package app

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/progress"
	"github.com/citu/datapipeline/cmd/datapipeline/internal/sample"
	"github.com/citu/datapipeline/cmd/datapipeline/internal/stack"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit"
)

// up runs all services in one process.
type up struct {
	DataDir string `default:".data" placeholder:"DIR" help:"${help_data_dir}"`
	HTTP    string `name:"http" env:"DP_HTTP_ADDR" default:":8084" placeholder:"ADDR" help:"${help_http}"`
	NATS    string `name:"nats" placeholder:"ADDR" help:"${help_nats}"`
	Sample  bool   `help:"${help_sample}"`
	Verbose bool   `short:"v" help:"${help_verbose}"`
}

// prefix is where the gateway's interface is.
const prefix = "/api/v0/data_pipeline"

func (c *up) run(ctx context.Context, t terminal) (int, error) {
	if faults := c.check(t); len(faults) > 0 {
		for _, f := range faults {
			t.complain("%s", "%s", f)
		}
		return ExitUsage, nil
	}
	t.say("正在启动……", "Starting …")
	s, err := stack.New(ctx, stack.Config{DataDir: c.DataDir, HTTPAddr: c.HTTP, NATSListen: c.NATS, Sample: c.Sample, Language: t.lang}, logger(c.Verbose))
	if err == nil {
		err = errors.Join(kit.RunAll(ctx, kit.Named("services", s.Run), kit.Named("terminal", func(ctx context.Context) error { return c.attend(ctx, s, t) })), s.Close())
	}
	if err != nil && !(ctx.Err() != nil && errors.Is(err, context.Canceled)) {
		return ExitFailed, err
	}
	t.say("已停止。", "Stopped.")
	return ExitDone, nil
}

// check returns the faults of the command line.
func (c *up) check(t terminal) []string {
	f := &faults{lang: t.lang}
	if _, _, err := net.SplitHostPort(c.HTTP); err != nil {
		f.add("--http %q：应为 主机:端口 或 :端口", "--http %q: it is host:port or :port", c.HTTP)
	}
	if _, _, err := net.SplitHostPort(c.NATS); err != nil && c.NATS != "" {
		f.add("--nats %q：应为 主机:端口", "--nats %q: it is host:port", c.NATS)
	}
	return f.list
}

// attend says what happens and stays until ctx ends.
func (c *up) attend(ctx context.Context, s *stack.Stack, t terminal) error {
	var bound string
	select {
	case bound = <-s.Bound():
	case <-ctx.Done():
		return nil
	}
	if arrays, err := s.VectorsAsArrays(ctx); err == nil && arrays { // a store that is away is reported by whoever needs it
		t.say("注意：数据库没有 vector 扩展，向量以 real[] 保存，Vanna 无法检索；安装 pgvector 后重新加载即可转换。",
			"Note: the database lacks the extension vector, so embeddings are kept as real[], which Vanna cannot search; install pgvector and load again to convert them.")
	}
	base := baseURL(bound)
	if c.Sample {
		if err := trySample(ctx, s, t, base); err != nil {
			return err
		}
	}
	t.say("接口地址：%s%s", "API: %s%s", base, prefix)
	t.say("接口文档：%s/openapi.yaml", "Its description: %s/openapi.yaml", base)
	t.say("按 Ctrl-C 停止。", "Ctrl-C stops.")
	<-ctx.Done()
	return nil
}

// trySample runs a complete task on the sample database and shows it.
func trySample(ctx context.Context, s *stack.Stack, t terminal, base string) error {
	if err := sample.Fill(ctx, s.SampleDSN(), t.lang); err != nil {
		return err
	}
	gateway := api{base: base + prefix, lang: string(t.lang)}
	task, err := gateway.sampleTask(ctx, t)
	if err != nil {
		return fmt.Errorf("sample task: %w", err)
	}
	t.say("示例数据库 %s，任务 %s", "Sample database %s, task %s", sample.Database, task.TaskID)
	b, err := s.Broker(ctx)
	if err != nil {
		return err
	}
	defer b.Close()
	state, err := b.LoadTask(ctx, task.TaskID, projection.Task{})
	if err == nil && !state.RequestClosed {
		state, err = progress.Watch(ctx, b, task.TaskID, 0, t.view())
	}
	if err != nil {
		return err
	}
	summary(t, state)
	return nil
}

// baseURL is where this machine reaches a listener.
func baseURL(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
