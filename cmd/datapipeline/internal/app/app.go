// Package app is the command line: up runs everything in one process, run one
// task without a server.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit"
)

// The exit codes.
const (
	ExitDone       = 0
	ExitFewValid   = 1  // done with fewer than 80 % valid SQL
	ExitFailed     = 2  // not done
	ExitUsage      = 64 // bad usage
	ExitInterrupt  = 130
	enoughValidSQL = 0.8
)

// commandLine is everything that the program understands.
type commandLine struct {
	Up      up               `cmd:"" help:"${help_up}"`
	Run     run              `cmd:"" help:"${help_run}"`
	Lang    string           `env:"DP_LANGUAGE" placeholder:"zh-CN|en" help:"${help_lang}"`
	Version kong.VersionFlag `help:"${help_version}"`
}

// terminal is where a command writes.
type terminal struct {
	lang   events.Language
	out    io.Writer
	err    io.Writer
	isTerm bool // out is a terminal
}

func (t terminal) say(zh, en string, args ...any) {
	fmt.Fprintln(t.out, t.lang.Sprintf(zh, en, args...)) //nolint:errcheck // nobody is left to tell
}

func (t terminal) complain(zh, en string, args ...any) {
	fmt.Fprintln(t.err, "datapipeline: "+t.lang.Sprintf(zh, en, args...)) //nolint:errcheck // nobody is left to tell
}

// command is a subcommand. It returns an exit code, and an error for what it
// has not said itself.
type command interface {
	run(ctx context.Context, t terminal) (int, error)
}

// Main runs the program and returns its exit code. ctx ends on the signals
// that are to end it.
func Main(ctx context.Context, args []string, out, errOut *os.File) int {
	t := terminal{lang: language(args, os.Getenv), out: out, err: errOut, isTerm: isTerminal(out)}
	var cli commandLine
	parser, err := kong.New(&cli, kong.Name("datapipeline"), kong.Description(t.lang.Pick(descriptionZH, descriptionEN)),
		kong.Vars(help(t.lang)), kong.Vars{"version": kit.Version()}, kong.Writers(out, errOut), kong.UsageOnError())
	if err != nil {
		t.complain("%v", "%v", err)
		return ExitFailed
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		t.complain("%v（datapipeline --help 查看用法）", "%v (datapipeline --help shows the usage)", err)
		return ExitUsage
	}
	code, err := map[string]command{"up": &cli.Up, "run": &cli.Run}[parsed.Command()].run(ctx, t)
	if err != nil && !(ctx.Err() != nil && errors.Is(err, context.Canceled)) {
		t.complain("%v", "%v", err)
		code = max(code, ExitFailed)
	}
	return code
}
