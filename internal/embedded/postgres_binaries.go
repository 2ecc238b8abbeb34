package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
	"go.uber.org/zap"
)

// ErrNoBinaries reports that this machine has no usable PostgreSQL server and
// none could be fetched.
var ErrNoBinaries = errors.New("no PostgreSQL server found")

// fetchVersion is what is fetched where the machine has no PostgreSQL.
const fetchVersion = embeddedpostgres.V17

// binaryGlobs are the folders where installers leave the server's programs:
// Debian and Ubuntu, Red Hat, Homebrew on both kinds of Mac, Postgres.app.
var binaryGlobs = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// Binaries returns the folder of this machine's newest PostgreSQL server
// programs: on PATH, or where the usual installers put them. ErrNoBinaries
// when there are none; nothing is fetched.
func Binaries(ctx context.Context) (string, error) {
	found := installed(ctx)
	if len(found) == 0 {
		return "", ErrNoBinaries
	}
	return found[0].dir, nil
}

type binaries struct {
	dir   string
	major int
}

// findBinaries returns the programs for a data folder made by the given major
// version, or the newest when major is "". Where the machine has none they
// are fetched once.
func findBinaries(ctx context.Context, log *zap.Logger, major string) (string, error) {
	found := installed(ctx)
	for _, b := range found {
		if major == "" || strconv.Itoa(b.major) == major {
			return b.dir, nil
		}
	}
	if major != "" && major != fetchedMajor() {
		return "", fmt.Errorf("%w: the data was made by PostgreSQL %s; install that version, or choose another folder", ErrNoBinaries, major)
	}
	return fetch(ctx, log)
}

// installed lists the machine's servers, newest first; PATH wins among equals.
func installed(ctx context.Context) []binaries {
	var found []binaries
	if path, err := exec.LookPath("initdb"); err == nil {
		if program, err := filepath.EvalSymlinks(path); err == nil {
			found = appendServer(ctx, found, filepath.Dir(program))
		}
	}
	for _, glob := range binaryGlobs {
		dirs, _ := filepath.Glob(glob) // the patterns are well formed
		for _, dir := range dirs {
			found = appendServer(ctx, found, dir)
		}
	}
	slices.SortStableFunc(found, func(a, b binaries) int { return b.major - a.major })
	return found
}

func appendServer(ctx context.Context, found []binaries, dir string) []binaries {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return found
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return found
	}
	if major, ok := parseMajor(string(out)); ok {
		found = append(found, binaries{dir, major})
	}
	return found
}

// parseMajor reads "postgres (PostgreSQL) 15.4 (Debian …)".
func parseMajor(version string) (int, bool) {
	_, rest, ok := strings.Cut(version, "(PostgreSQL) ")
	if !ok {
		return 0, false
	}
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	major, err := strconv.Atoi(digits)
	return major, err == nil
}

func fetchedMajor() string {
	major, _, _ := strings.Cut(string(fetchVersion), ".")
	return major
}

// fetch downloads a server into the user's cache with the embedded-postgres
// library, once. The library can only fetch by starting a server, so a
// throwaway one is started in a temporary folder; as root that start fails
// after the download, which is all that is wanted. The library takes no
// context, so a download goes on until it ends.
func fetch(ctx context.Context, log *zap.Logger) (string, error) {
	cache, err := binaryCache()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(cache, string(fetchVersion), "bin")
	if _, err := os.Stat(filepath.Join(bin, "postgres")); err == nil {
		return bin, nil
	}
	log.Info("no PostgreSQL on this machine: fetching one", zap.String("version", string(fetchVersion)), zap.String("into", cache))
	startErr := startThrowaway(ctx, cache, filepath.Dir(bin))
	if _, err := os.Stat(filepath.Join(bin, "postgres")); err != nil {
		return "", fmt.Errorf("%w, and fetching it failed (install PostgreSQL 13 or newer): %w", ErrNoBinaries, startErr)
	}
	return bin, nil
}

func startThrowaway(ctx context.Context, cache, binariesPath string) error {
	scratch, err := os.MkdirTemp("", "datapipeline-postgres-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	port, err := freePort(ctx, 0)
	if err != nil {
		return err
	}
	server := embeddedpostgres.NewDatabase(embeddedpostgres.DefaultConfig().Version(fetchVersion).
		CachePath(cache).BinariesPath(binariesPath).RuntimePath(scratch).Port(uint32(port)))
	if err := server.Start(); err != nil {
		return err
	}
	return server.Stop()
}

// binaryCache is the user's cache folder, or for root one that the server's
// unprivileged user can reach.
func binaryCache() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/cache/datapipeline/postgres", nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "datapipeline", "postgres"), err
}
