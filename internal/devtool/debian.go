package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/citu/datapipeline/internal/embedded"
)

// sourceSuite is the Debian release whose pgvector (0.8.0) is built where the
// machine's own release has none.
const sourceSuite = "trixie"

func aptInstall(packages ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := run(ctx, "", "apt-get", "update", "-qq"); err != nil {
			return err
		}
		return run(ctx, "", "apt-get", append([]string{"install", "-y", "-qq", "--no-install-recommends"}, packages...)...)
	}
}

// installVector takes the release's own package, or builds the newer one.
func installVector(ctx context.Context) error {
	bin, err := embedded.Binaries(ctx)
	if err != nil {
		return err
	}
	major := filepath.Base(filepath.Dir(bin)) // Debian: /usr/lib/postgresql/<major>/bin
	if err := aptInstall("postgresql-" + major + "-pgvector")(ctx); err == nil {
		return nil
	}
	if err := aptInstall("build-essential", "dpkg-dev", "postgresql-server-dev-"+major)(ctx); err != nil {
		return err
	}
	return buildVector(ctx, filepath.Join(bin, "pg_config"))
}

// buildVector fetches the source package and installs what it builds, for one
// server. The machine's own list of package sources is left as it is.
func buildVector(ctx context.Context, pgConfig string) error {
	dir, err := os.MkdirTemp("", "datapipeline-pgvector-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	apt, err := sourceOptions(ctx, dir)
	if err != nil {
		return err
	}
	if err := run(ctx, dir, "apt-get", append(apt, "update", "-qq")...); err != nil {
		return err
	}
	if err := run(ctx, dir, "apt-get", append(apt, "source", "-qq", "pgvector")...); err != nil {
		return err
	}
	sources, err := filepath.Glob(filepath.Join(dir, "pgvector-*", "Makefile"))
	if err != nil || len(sources) != 1 {
		return fmt.Errorf("the source package unpacked to %v: %w", sources, errors.Join(err))
	}
	// Without OPTFLAGS it would be built for this machine's processor alone.
	args := []string{"-s", "-C", filepath.Dir(sources[0]), "OPTFLAGS=", "PG_CONFIG=" + pgConfig}
	if err := run(ctx, dir, "make", args...); err != nil {
		return err
	}
	return run(ctx, dir, "make", append(args, "install")...)
}

// sourceOptions make apt read one list of sources alone, in the given folder.
func sourceOptions(ctx context.Context, dir string) ([]string, error) {
	mirror, err := debianMirror(ctx)
	if err != nil {
		return nil, err
	}
	list := filepath.Join(dir, "sources.list")
	line := fmt.Sprintf("deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n", mirror, sourceSuite)
	if err := os.WriteFile(list, []byte(line), 0o600); err != nil {
		return nil, err
	}
	lists := filepath.Join(dir, "lists")
	return []string{"-o", "Dir::Etc::sourcelist=" + list, "-o", "Dir::Etc::sourceparts=-",
		"-o", "Dir::State::lists=" + lists, "-o", "APT::Sandbox::User=root"}, os.Mkdir(lists, 0o755)
}

// debianMirror is where this machine gets Debian's packages from.
func debianMirror(ctx context.Context) (string, error) {
	out, err := output(ctx, "apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages")
	if err != nil {
		return "", err
	}
	return mirrorIn(out)
}

// mirrorIn finds it among lines of origin, label and address.
func mirrorIn(targets string) (string, error) {
	for line := range strings.Lines(targets) {
		if mirror, ok := strings.CutPrefix(strings.TrimSpace(line), "Debian|Debian|"); ok {
			return mirror, nil
		}
	}
	return "", errors.New("apt has no Debian mirror configured")
}
