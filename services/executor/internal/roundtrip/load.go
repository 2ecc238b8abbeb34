package roundtrip

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
)

// isRole matches complaints about owners, who do not exist here and do not
// matter.
var isRole = regexp.MustCompile(`role "[^"]*" does not exist|unrecognized configuration parameter`)

// Load runs files of SQL in a database by psql, which alone takes dumps with
// data in them. The error is the first of the server's that matters.
func Load(ctx context.Context, dsn string, files ...string) error {
	for _, file := range files {
		cmd, err := Command(ctx, "psql", dsn, "--no-psqlrc", "--quiet", "--file", file)
		if err != nil {
			return err
		}
		var said bytes.Buffer
		cmd.Stderr = &said
		cmd.Env = append(cmd.Env, "PGCLIENTENCODING=UTF8")
		err = cmd.Run()
		for line := range strings.Lines(said.String()) {
			if strings.Contains(line, "ERROR:") && !isRole.MatchString(line) {
				return fmt.Errorf("%s", strings.TrimSpace(line))
			}
		}
		if err != nil {
			return fmt.Errorf("psql: %w: %s", err, said.Bytes())
		}
	}
	return nil
}
