package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// verifyCommand checks what the compiler and the tests do not.
type verifyCommand struct{}

// check is one thing that has to hold in the workspace.
type check struct {
	what string
	run  func(context.Context, workspace) error
}

var checks = []check{
	{"one Go version everywhere", oneGoVersion},
	{"every go.mod is tidy", eachModule("go", "mod", "tidy", "-diff")},
	{"the workspace is in step with its modules", workspaceInSync},
	{"every module builds alone", eachModule("go", "build", "./...")},
	{"generated files are fresh", generatedFresh},
	{"the lint policy holds", lint},
}

// Run makes all checks and reports every failure.
func (verifyCommand) Run(ctx context.Context) error {
	w, err := loadWorkspace(ctx)
	if err != nil {
		return err
	}
	var failures []error
	for _, c := range checks {
		began := time.Now()
		err := c.run(ctx, w)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", c.what, err))
		}
		fmt.Printf("%-45s %-6s %5.1f s\n", c.what, map[bool]string{true: "ok", false: "FAILED"}[err == nil], time.Since(began).Seconds())
	}
	return errors.Join(failures...)
}

// eachModule runs a program in every module, without the workspace. Output of
// a failure is shown.
func eachModule(program string, args ...string) func(context.Context, workspace) error {
	return func(ctx context.Context, w workspace) error {
		var failures []error
		for _, m := range w.modules {
			if err := quiet(ctx, m.dir, program, args...); err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", m.dir, err))
			}
		}
		return errors.Join(failures...)
	}
}

// quiet runs a program outside the workspace; its output becomes the error's.
func quiet(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

func oneGoVersion(_ context.Context, w workspace) error {
	var failures []error
	for _, m := range w.modules {
		if m.goVersion != w.goVersion {
			failures = append(failures, fmt.Errorf("%s says go %s, go.work %s", m.dir, m.goVersion, w.goVersion))
		}
	}
	return errors.Join(append(failures, imageVersion(w))...)
}

// imageVersion compares the container's compiler, "FROM golang:1.26…", with
// the language version 1.26.0.
func imageVersion(w workspace) error {
	content, err := os.ReadFile("Dockerfile")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	want := "golang:" + strings.Join(strings.SplitN(w.goVersion, ".", 3)[:2], ".")
	for line := range strings.Lines(string(content)) {
		if strings.Contains(line, "golang:") && !strings.Contains(line, want) {
			return fmt.Errorf("the Dockerfile has %s, not %s", strings.TrimSpace(line), want)
		}
	}
	return nil
}

// workspaceInSync runs "go work sync", sees whether that changes a file, and
// puts the files back.
func workspaceInSync(ctx context.Context, w workspace) error {
	files := []string{"go.work", "go.work.sum"}
	for _, m := range w.modules {
		files = append(files, filepath.Join(m.dir, "go.mod"), filepath.Join(m.dir, "go.sum"))
	}
	before, err := readAll(files)
	if err != nil {
		return err
	}
	if _, err := output(ctx, "go", "work", "sync"); err != nil {
		return err
	}
	after, err := readAll(files)
	if err != nil {
		return err
	}
	var failures []error
	for _, f := range files {
		if after[f] == before[f] {
			continue
		}
		failures = append(failures, fmt.Errorf("go work sync changes %s", f), os.WriteFile(f, []byte(before[f]), 0o644))
	}
	return errors.Join(failures...)
}

// readAll reads files; one that is not there counts as empty.
func readAll(files []string) (map[string]string, error) {
	contents := map[string]string{}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		contents[f] = string(content)
	}
	return contents, nil
}

// generatedFresh runs every go:generate and sees whether a file changed. The
// new files stay, since they are what should be there.
func generatedFresh(ctx context.Context, w workspace) error {
	before, err := treeState(ctx)
	if err != nil {
		return err
	}
	for _, m := range w.modules {
		if err := quiet(ctx, m.dir, "go", "generate", "./..."); err != nil {
			return err
		}
	}
	after, err := treeState(ctx)
	if err != nil || after == before {
		return err
	}
	return errors.New("go generate changed files; see git status")
}

// treeState tells two contents of the work tree apart.
func treeState(ctx context.Context) (string, error) {
	status, err := output(ctx, "git", "status", "--porcelain")
	if err != nil {
		return "", err
	}
	diff, err := output(ctx, "git", "diff", "HEAD")
	return status + diff, err
}
