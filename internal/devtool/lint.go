package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// The linter is pinned: what passes today passes tomorrow.
const (
	linter        = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint"
	linterVersion = "v2.15.0"
)

// lint holds every module to .golangci.yaml.
func lint(ctx context.Context, w workspace) error {
	bin, err := installLinter(ctx)
	if err != nil {
		return err
	}
	policy, err := filepath.Abs(".golangci.yaml")
	if err != nil {
		return err
	}
	return eachModule(bin, "run", "--allow-parallel-runners", "--config", policy, "./...")(ctx, w)
}

// installLinter builds the linter once into the user's cache.
func installLinter(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "datapipeline", "tools", "golangci-lint-"+linterVersion)
	bin := filepath.Join(dir, "golangci-lint")
	if _, err := os.Stat(bin); !errors.Is(err, os.ErrNotExist) {
		return bin, err
	}
	fmt.Printf("building golangci-lint %s once; this takes some minutes\n", linterVersion)
	cmd := exec.CommandContext(ctx, "go", "install", linter+"@"+linterVersion)
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOWORK=off", "GOFLAGS=")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build golangci-lint: %w", err)
	}
	return bin, nil
}
