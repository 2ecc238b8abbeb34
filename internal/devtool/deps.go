package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/citu/datapipeline/internal/embedded"
)

// depsCommand makes sure that the tests find what they run against.
type depsCommand struct{}

// need is one thing that the tests cannot do without.
type need struct {
	what    string
	missing func(context.Context) bool
	install func(context.Context) error // on Debian, as root
	advice  string                      // the line to type elsewhere
}

func needs() []need {
	return []need{
		{"a C compiler (the race detector links with it)", noCompiler, aptInstall("build-essential"),
			"Debian: sudo apt-get install build-essential; macOS: xcode-select --install"},
		{"a PostgreSQL server, 13 or newer", noServer, aptInstall("postgresql"),
			"Debian: sudo apt-get install postgresql; macOS: brew install postgresql@17"},
		{"pgvector for that server", noVector, installVector,
			"Debian: sudo make test, once; macOS: brew install pgvector; else https://github.com/pgvector/pgvector#installation"},
	}
}

// Run installs what is missing, or lists all of it and fails.
func (depsCommand) Run(ctx context.Context) error { return ensure(ctx, needs()) }

func ensure(ctx context.Context, needs []need) error {
	var lacking []string
	for _, n := range needs {
		if !n.missing(ctx) {
			continue
		}
		if err := n.provide(ctx); err != nil {
			lacking = append(lacking, fmt.Sprintf("  %s\n    %s\n    (%v)", n.what, n.advice, err))
		}
	}
	if len(lacking) > 0 {
		return fmt.Errorf("the tests need what this machine lacks:\n%s", strings.Join(lacking, "\n"))
	}
	return nil
}

// provide installs one need and looks again.
func (n need) provide(ctx context.Context) error {
	if !debianRoot() {
		return errors.New("installed by itself only on Debian, as root")
	}
	fmt.Println("installing", n.what)
	if err := n.install(ctx); err != nil {
		return err
	}
	if n.missing(ctx) {
		return errors.New("still missing after its installation")
	}
	return nil
}

func debianRoot() bool {
	_, err := exec.LookPath("apt-get")
	return err == nil && os.Geteuid() == 0
}

func noCompiler(context.Context) bool {
	for _, name := range []string{os.Getenv("CC"), "gcc", "clang", "cc"} {
		if _, err := exec.LookPath(name); name != "" && err == nil {
			return false
		}
	}
	return true
}

func noServer(ctx context.Context) bool {
	_, err := embedded.Binaries(ctx)
	return err != nil
}

func noVector(ctx context.Context) bool {
	bin, err := embedded.Binaries(ctx)
	if err != nil {
		return true
	}
	share, err := output(ctx, filepath.Join(bin, "pg_config"), "--sharedir")
	if err != nil {
		return true
	}
	_, err = os.Stat(filepath.Join(share, "extension", "vector.control"))
	return err != nil
}
