// Package app is the command line: up runs everything in one process, run one
// task without a server.
package app

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/citu/datapipeline/internal/kit"
)

// The exit codes.
const (
	ExitDone     = 0
	ExitFewValid = 1  // done with fewer than 80 % valid SQL
	ExitFailed   = 2  // not done
	ExitUsage    = 64 // bad usage
)

// commandLine is everything that the program understands.
type commandLine struct {
	Up      up               `cmd:"" help:"${help_up}"`
	Run     run              `cmd:"" help:"${help_run}"`
	Lang    string           `env:"DP_LANGUAGE" placeholder:"zh-CN|en" help:"${help_lang}"`
	Version kong.VersionFlag `help:"${help_version}"`
}

// command is a subcommand. It returns an exit code, and an error for what it
// has not said itself.
type command interface {
	run(ctx context.Context, t terminal) (int, error)
}

// Main runs the program and returns its exit code. ctx ends on the signals
// that are to end it. For --help and --version it exits by itself.
func Main(ctx context.Context, args []string, out, errOut io.Writer) int {
	t := terminal{lang: language(args, os.Getenv), out: out, err: errOut}
	cli, selected, err := parse(args, t)
	if err != nil {
		t.complain("命令行有误：%v（datapipeline --help 查看用法）", "bad usage: %v (datapipeline --help shows the usage)", err)
		return ExitUsage
	}
	code, err := map[string]command{"up": &cli.Up, "run": &cli.Run}[selected].run(ctx, t)
	if err != nil && !(ctx.Err() != nil && errors.Is(err, context.Canceled)) {
		t.complain("%s", "%s", explain(err, t.lang))
		code = max(code, ExitFailed)
	}
	return code
}

// parse reads the command line and the environment, and names the subcommand.
func parse(args []string, t terminal) (*commandLine, string, error) {
	var cli commandLine
	parser, err := kong.New(&cli, append(helpIn(t.lang), kong.Name("datapipeline"), kong.Description(description(t.lang)),
		kong.Vars{"version": kit.Version()}, kong.Writers(t.out, t.err))...)
	if err != nil {
		return nil, "", err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return nil, "", err
	}
	return &cli, parsed.Command(), checkLanguage(cli.Lang, t.lang)
}
