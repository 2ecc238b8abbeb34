package app

import (
	"context"
	"errors"
	"net"
	"os"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/progress"
	"github.com/citu/datapipeline/cmd/datapipeline/internal/sample"
	"github.com/citu/datapipeline/cmd/datapipeline/internal/stack"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/internal/kit"
)

// up runs all services in one process.
type up struct {
	DataDir string `default:".data" placeholder:"DIR" help:"${help_data_dir}"`
	HTTP    string `name:"http" env:"DP_HTTP_ADDR" default:":8084" help:"${help_http}"`
	NATS    string `name:"nats" placeholder:"ADDR" help:"${help_nats}"`
	Sample  bool   `help:"${help_sample}"`
	Verbose bool   `short:"v" help:"${help_verbose}"`
}

func (c *up) run(ctx context.Context, t terminal) (int, error) {
	log := zap.NewNop()
	if c.Verbose {
		log = kit.Logger(os.Stderr, zap.InfoLevel)
	}
	t.say("正在启动……", "Starting …")
	s, err := stack.New(ctx, stack.Config{DataDir: c.DataDir, HTTPAddr: c.HTTP, NATSListen: c.NATS, Sample: c.Sample, Language: t.lang}, log)
	if errors.Is(err, embedded.ErrInUse) {
		t.complain("%s 正被另一个进程使用；请先停止它，或用 --data-dir 指定其他目录。", "%s is in use by another process; stop that one, or name another folder with --data-dir.", c.DataDir)
		return ExitFailed, nil
	}
	if err != nil {
		return ExitFailed, err
	}
	runners := []kit.Runner{kit.Named("services", s.Run), kit.Named("terminal", func(ctx context.Context) error { return c.attend(ctx, s, t) })}
	err = errors.Join(kit.RunAll(ctx, runners...), s.Close())
	t.say("已停止。", "Stopped.")
	if err != nil {
		return ExitFailed, err
	}
	return ExitDone, nil
}

// attend says what happens and stays until ctx ends.
func (c *up) attend(ctx context.Context, s *stack.Stack, t terminal) error {
	if c.Sample {
		if err := c.trySample(ctx, s, t); err != nil {
			return err
		}
	}
	base := baseURL(c.HTTP)
	t.say("接口地址：%s/api/v0/data_pipeline    接口文档：%[1]s/openapi.yaml    按 Ctrl-C 停止",
		"API: %s/api/v0/data_pipeline    its description: %[1]s/openapi.yaml    Ctrl-C stops", base)
	<-ctx.Done()
	return nil
}

// trySample runs a complete task on the sample database and shows it.
func (c *up) trySample(ctx context.Context, s *stack.Stack, t terminal) error {
	if err := sample.Fill(ctx, s.SampleDSN(), t.lang); err != nil {
		return err
	}
	gateway := api{base: baseURL(c.HTTP) + "/api/v0/data_pipeline", lang: string(t.lang)}
	task, err := gateway.sampleTask(ctx, t)
	if err != nil {
		return err
	}
	t.say("示例数据库 %s，任务 %s", "Sample database %s, task %s", sample.Database, task.TaskID)
	b, err := s.Broker(ctx)
	if err != nil {
		return err
	}
	defer b.Close()
	state, err := b.LoadTask(ctx, task.TaskID, projection.Task{})
	if err == nil && !state.RequestClosed {
		state, err = progress.Watch(ctx, b, task.TaskID, t.view())
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
