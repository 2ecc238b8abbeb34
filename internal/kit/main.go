package kit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// The exit codes of a service.
const (
	ExitOK     = 0
	ExitFailed = 1
	ExitUsage  = 64 // a fault of the command line or the configuration
)

// Config is a service's configuration: a struct with kong tags, environment
// variables included.
type Config interface {
	// Validate returns every fault at once.
	Validate() error
}

// commandLine is what every service understands.
type commandLine[C Config] struct {
	Config         C                `embed:""`
	LogLevel       zapcore.Level    `name:"log-level" env:"DP_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	ValidateConfig bool             `name:"validate-config" help:"Check the configuration and exit."`
	Version        kong.VersionFlag `name:"version" help:"Show the version and exit."`
}

// Main is all of a service's main function: it reads the configuration from
// the command line and the environment, runs the service until SIGINT or
// SIGTERM ends ctx, and exits: 0 when run returned nil or only ctx's error, 1
// when it failed, 64 for a wrong configuration. A second signal kills. Logs
// are JSON lines on stderr.
func Main[C Config](name, description string, run func(ctx context.Context, cfg C, rt Runtime) error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // from now on a signal has its usual effect
	os.Exit(Execute(ctx, name, description, os.Args[1:], os.Stderr, run))
}

// Execute is Main without the process: the caller owns signals and the exit.
func Execute[C Config](ctx context.Context, name, description string, args []string, stderr io.Writer, run func(ctx context.Context, cfg C, rt Runtime) error) int {
	cli, err := parse[C](name, description, args)
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return ExitUsage
	}
	if cli.ValidateConfig {
		_, _ = fmt.Fprintf(stderr, "%s: the configuration is valid\n", name)
		return ExitOK
	}
	log := Logger(stderr, cli.LogLevel).With(zap.String("service", name))
	log.Info("starting", zap.String("version", Version()))
	err = run(ctx, cli.Config, Runtime{Log: log, Metrics: Registry()})
	if err != nil && !(errors.Is(err, context.Canceled) && ctx.Err() != nil) {
		log.Error("failed", zap.Error(err))
		return ExitFailed
	}
	log.Info("stopped")
	return ExitOK
}

func parse[C Config](name, description string, args []string) (commandLine[C], error) {
	var cli commandLine[C]
	parser, err := kong.New(&cli, kong.Name(name), kong.Description(description), kong.Vars{"version": Version()})
	if err != nil {
		return cli, err
	}
	if _, err := parser.Parse(args); err != nil {
		return cli, err
	}
	return cli, cli.Config.Validate()
}

// Logger writes JSON lines with times in RFC 3339.
func Logger(w io.Writer, level zapcore.Level) *zap.Logger {
	cfg := zap.NewProductionEncoderConfig()
	cfg.TimeKey, cfg.EncodeTime = "time", zapcore.RFC3339NanoTimeEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(cfg), zapcore.Lock(zapcore.AddSync(w)), level)
	return zap.New(core)
}

// Registry returns a registry with the metrics of the process.
func Registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return r
}

// Version is the version of the program as its build recorded it.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}
