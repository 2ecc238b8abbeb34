package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/roundtrip"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/ddl"
)

// trial tries databases one after the other on a scratch server.
type trial struct {
	server *embedded.Postgres
	out    string // a folder
}

// outcome is what became of one database.
type outcome struct {
	result   ddl.Result
	warnings int
	faults   []string
	stage    string // that failed
}

func (o *outcome) verdict() string {
	switch {
	case o.stage != "":
		return o.stage + " failed"
	case len(o.faults) > 0:
		return fmt.Sprintf("%d differences", len(o.faults))
	}
	return "equal"
}

// try makes the database, describes it, makes it again and compares.
func (t *trial) try(ctx context.Context, number int, s roundtrip.Source) outcome {
	from, to := fmt.Sprintf("from_%d", number), fmt.Sprintf("to_%d", number)
	files := filepath.Join(t.out, s.Name)
	var o outcome
	for _, stage := range []struct {
		name string
		run  func() error
	}{
		{"loading", func() error { return t.load(ctx, from, s) }},
		{"generation", func() error { return o.generate(ctx, t.server.DSN(from), files) }},
		{"loading back", func() error { return t.loadBack(ctx, to, files) }},
		{"comparison", func() (err error) {
			o.faults, err = differences(ctx, t.server.DSN(from), t.server.DSN(to))
			return err
		}},
	} {
		if err := stage.run(); err != nil {
			o.stage, o.faults = stage.name, []string{stage.name + ": " + err.Error()}
			return o
		}
	}
	return o
}

// load makes a database and runs the files in it.
func (t *trial) load(ctx context.Context, database string, s roundtrip.Source) error {
	if err := t.server.CreateDatabase(ctx, database); err != nil {
		return err
	}
	return roundtrip.Load(ctx, t.server.DSN(database), s.Files...)
}

// generate runs the step on all tables.
func (o *outcome) generate(ctx context.Context, dsn, files string) error {
	pool, err := bizdb.Open(ctx, dsn, events.English, bizdb.Options{})
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := os.MkdirAll(files, 0o755); err != nil {
		return err
	}
	result, err := ddl.Step{}.Run(ctx, &steps.Run{
		TaskID:      "try",
		Request:     events.Request{Tables: []string{"*"}, Language: events.English, Options: events.DefaultOptions()},
		RequestedAt: time.Now(),
		Database:    filepath.Base(files),
		Business:    func(context.Context) (*pgxpool.Pool, error) { return pool, nil },
		Out:         folder(files),
		Log:         zap.NewNop(),
		Progress:    func(int, int) {},
	})
	if err != nil {
		return err
	}
	o.result, o.warnings = result.Data.(ddl.Result), result.Warnings
	return nil
}

func (t *trial) loadBack(ctx context.Context, database, files string) error {
	if err := t.server.CreateDatabase(ctx, database); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, t.server.DSN(database))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing is pending
	return ddl.Load(ctx, conn, os.DirFS(files))
}

func differences(ctx context.Context, from, to string) ([]string, error) {
	want, err := roundtrip.Dump(ctx, from)
	if err != nil {
		return nil, err
	}
	got, err := roundtrip.Dump(ctx, to)
	if err != nil {
		return nil, err
	}
	return roundtrip.Differences(want, got), nil
}

// folder is a steps.Output.
type folder string

// WriteFile implements steps.Output.
func (f folder) WriteFile(name string, data []byte) error {
	return os.WriteFile(filepath.Join(string(f), name), data, 0o644)
}
