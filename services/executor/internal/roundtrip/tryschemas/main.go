// Command tryschemas tries ddl_generation on a folder of SQL dumps: it loads
// each into a scratch database, describes it, loads what was written into an
// empty one and compares the two. It prints a table of results and exits with 1
// where something differs or does not load. It is for developers; no service
// and no installation contains it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/services/executor/internal/roundtrip"
)

type command struct {
	Dir string `arg:"" type:"existingdir" help:"A folder; each .sql file in it, and each folder of .sql files below it, is a database."`
	Out string `type:"path" help:"Where to keep the files that were written, a folder for each database. Default: nowhere."`
}

func main() { os.Exit(exitCode()) }

func exitCode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c command
	kong.Parse(&c, kong.Name("tryschemas"), kong.Description("Describes databases, makes them again and compares."))
	good, err := c.run(ctx, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tryschemas:", err)
	}
	if !good {
		return 1
	}
	return 0
}

// settings make the scratch server fast; its data need not survive anything.
var settings = map[string]string{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

// run tries every database of the folder and says whether all came back equal.
func (c *command) run(ctx context.Context, report io.Writer) (good bool, err error) {
	sources, err := roundtrip.Sources(c.Dir)
	if err != nil {
		return false, err
	}
	scratch, err := os.MkdirTemp("", "tryschemas-")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // it is the system's folder for what may stay
	server, err := embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: scratch + "/server", Settings: settings})
	if err != nil {
		return false, err
	}
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		if stopErr := server.Stop(stopping); err == nil && stopErr != nil {
			good, err = false, stopErr
		}
	}()
	out := c.Out
	if out == "" {
		out = scratch + "/files"
	}
	t := &trial{server: server, out: out}
	return t.all(ctx, sources, report)
}

// all prints a line for each database, and then what differs.
func (t *trial) all(ctx context.Context, sources []roundtrip.Source, report io.Writer) (bool, error) {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(table, format, args...) } // into memory
	line("DATABASE\tTABLES\tFAILED\tWARNINGS\tFILES\tSECONDS\tRESULT\n")
	var faults []string
	for i, s := range sources {
		o := t.try(ctx, i, s)
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		line("%s\t%d\t%d\t%d\t%d\t%.2f\t%s\n", s.Name, o.result.TotalTables, o.result.Failed, o.warnings,
			o.result.FilesGenerated, o.result.DurationSeconds, o.verdict())
		for _, f := range o.faults {
			faults = append(faults, s.Name+": "+f)
		}
	}
	if err := table.Flush(); err != nil {
		return false, err
	}
	for _, f := range faults {
		text.WriteString("\n" + f + "\n")
	}
	_, err := io.WriteString(report, text.String())
	return len(faults) == 0, err
}
