// Package roundtrip says whether two databases have the same tables, by the
// words of pg_dump rather than by what this program reads of them. It serves
// tests and the command that tries schemas; no service needs it.
package roundtrip

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/internal/embedded"
)

// Command is one of PostgreSQL's own programs, such as pg_dump or psql, that
// talks to the database of a connection string. The password travels in the
// environment. Errors are those of embedded.Binaries, and of a connection
// string that is none.
func Command(ctx context.Context, program, dsn string, args ...string) (*exec.Cmd, error) {
	bin, err := embedded.Binaries(ctx)
	if err != nil {
		return nil, err
	}
	at, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, program), args...)
	cmd.Env = append(os.Environ(), "PGHOST="+at.Host, "PGPORT="+strconv.Itoa(int(at.Port)),
		"PGUSER="+at.User, "PGPASSWORD="+at.Password, "PGDATABASE="+at.Database, "PGOPTIONS=", "LC_ALL=C")
	return cmd, nil
}

// Dump returns what pg_dump writes about a database's definitions.
func Dump(ctx context.Context, dsn string) (string, error) {
	cmd, err := Command(ctx, "pg_dump", dsn, "--schema-only", "--no-owner", "--no-privileges")
	if err != nil {
		return "", err
	}
	var faults bytes.Buffer
	cmd.Stderr = &faults
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("pg_dump: %w: %s", err, faults.Bytes())
	}
	return string(out), nil
}
