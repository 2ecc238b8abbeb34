package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inWorkspace makes the test's folder one of files by name.
func inWorkspace(t *testing.T, files map[string]string) workspace {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "")
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w, err := loadWorkspace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

const goWork = "go 1.26.0\n\nuse (\n\t./a\n\t./b\n)\n"

// sound is a workspace in which every check holds.
func sound() map[string]string {
	return map[string]string{
		"go.work":  goWork,
		"a/go.mod": "module example.com/a\n\ngo 1.26.0\n",
		"a/a.go":   "package a\n",
		"b/go.mod": "module example.com/b\n\ngo 1.26.0\n\nrequire example.com/a v0.0.0\n\nreplace example.com/a => ../a\n",
		"b/b.go":   "package b\n\nimport _ \"example.com/a\"\n",
	}
}

func TestChecksHoldInASoundWorkspace(t *testing.T) {
	w := inWorkspace(t, sound())
	for name, run := range map[string]func(context.Context, workspace) error{
		"one Go version": oneGoVersion,
		"tidy":           eachModule("go", "mod", "tidy", "-diff"),
		"in sync":        workspaceInSync,
		"builds alone":   eachModule("go", "build", "./..."),
	} {
		if err := run(t.Context(), w); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestChecksNameTheModuleAtFault(t *testing.T) {
	for name, c := range map[string]struct {
		file, content string
		run           func(context.Context, workspace) error
	}{
		"another Go version":      {"b/go.mod", "module example.com/b\n\ngo 1.25.0\n", oneGoVersion},
		"an unneeded requirement": {"b/b.go", "package b\n", eachModule("go", "mod", "tidy", "-diff")},
		"no replace": {"b/go.mod", "module example.com/b\n\ngo 1.26.0\n\nrequire example.com/a v0.0.0\n",
			eachModule("go", "build", "./...")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOPROXY", "off")
			files := sound()
			files[c.file] = c.content
			if err := c.run(t.Context(), inWorkspace(t, files)); err == nil || !strings.Contains(err.Error(), "./b") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestImageHasTheWorkspacesGo(t *testing.T) {
	w := inWorkspace(t, sound())
	for image, fits := range map[string]bool{
		"FROM golang:1.26-bookworm AS build\nFROM scratch\n": true,
		"FROM golang:1.25\n": false,
	} {
		if err := os.WriteFile("Dockerfile", []byte(image), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := oneGoVersion(t.Context(), w); (err == nil) != fits {
			t.Errorf("%q: %v", image, err)
		}
	}
}

func TestAllThatIsMissingIsListedAtOnce(t *testing.T) {
	absent := func(context.Context) bool { return true }
	present := func(context.Context) bool { return false }
	fails := func(context.Context) error { return errors.New("no network") }
	err := ensure(t.Context(), []need{
		{"a thing", absent, fails, "type this"},
		{"what is there", present, fails, "type nothing"},
		{"another thing", absent, fails, "type that"},
	})
	for _, want := range []string{"a thing", "type this", "another thing", "type that"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "type nothing") {
		t.Errorf("what is there is listed: %v", err)
	}
	if err := ensure(t.Context(), []need{{"what is there", present, fails, ""}}); err != nil {
		t.Error(err)
	}
}

func TestMirrorIsTheMachines(t *testing.T) {
	targets := "Other|Other|http://other.example/\nDebian|Debian-Security|http://security.example/\nDebian|Debian|http://mirror.example/debian/\n"
	if got, err := mirrorIn(targets); err != nil || got != "http://mirror.example/debian/" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := mirrorIn("Ubuntu|Ubuntu|http://ubuntu.example/\n"); err == nil {
		t.Error("a mirror was found on another system")
	}
}
