package catalog

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

// ErrCursor is wrapped by List's refusal of a cursor that it did not give out.
var ErrCursor = errors.New("not a cursor of this list")

// maxSearch bounds Question.Search, in bytes.
const maxSearch = 256

// List answers a question about tables: a page of all relations outside the
// system schemas, partitions folded into their table, ordered by schema and
// name. A longer search than 256 bytes is cut, and so are comments beyond 120
// characters. The errors are ErrCursor and the driver's, wrapped.
func List(ctx context.Context, db DB, q events.Question) (events.TablePage, error) {
	after, err := parseCursor(q.Cursor)
	if err != nil {
		return events.TablePage{}, err
	}
	limit := q.Limit
	if limit <= 0 || limit > events.MaxTablePage {
		limit = events.MaxTablePage
	}
	search := strings.ToValidUTF8(q.Search[:min(len(q.Search), maxSearch)], "")
	page := events.TablePage{Tables: []events.TableSummary{}}
	err = inSnapshot(ctx, db, func(tx pgx.Tx, _ string, _ int) error {
		rows, err := tx.Query(ctx, statement("list"), search, after.Schema, after.Name, limit+1)
		if err != nil {
			return err
		}
		page.Tables, err = pgx.AppendRows(page.Tables, rows, pgx.RowToStructByPos[events.TableSummary])
		return err
	})
	if err != nil {
		return events.TablePage{}, fmt.Errorf("list tables: %w", err)
	}
	if len(page.Tables) > limit {
		page.Tables = page.Tables[:limit]
		last := page.Tables[limit-1]
		page.NextCursor = cursor(Name{last.Schema, last.Name})
	}
	return page, nil
}

func cursor(n Name) string {
	return base64.RawURLEncoding.EncodeToString([]byte(n.Schema + "\x00" + n.Name))
}

func parseCursor(text string) (Name, error) {
	if text == "" {
		return Name{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	schema, name, found := strings.Cut(string(raw), "\x00")
	if err != nil || !found || len(raw) > 256 || strings.Contains(name, "\x00") {
		return Name{}, fmt.Errorf("%w: %.64q", ErrCursor, text)
	}
	return Name{schema, name}, nil
}

// Test says what can be seen over db, which is open and so proves that it can
// be reached. Errors are the driver's, wrapped.
func Test(ctx context.Context, db DB) (events.ConnectionTest, error) {
	var t events.ConnectionTest
	start := time.Now()
	err := inSnapshot(ctx, db, func(tx pgx.Tx, database string, _ int) error {
		t.DBName = database
		t.LatencySeconds = time.Since(start).Seconds()
		return tx.QueryRow(ctx, statement("survey")).Scan(&t.ServerVersion, &t.User, &t.Tables, &t.ReadableTables)
	})
	if err != nil {
		return events.ConnectionTest{}, fmt.Errorf("test the connection: %w", err)
	}
	t.OK = true
	return t, nil
}

// Relation is a name in a database and what it stands for.
type Relation struct {
	Name Name
	Kind Kind
	// Root is the partitioned table that a partition is part of.
	Root Name
	// Extension relations came with an extension.
	Extension bool
}

// Names lists every relation outside the system schemas, sorted by name.
// Errors are the driver's, wrapped.
func Names(ctx context.Context, db DB) ([]Relation, error) {
	var list []Relation
	err := inSnapshot(ctx, db, func(tx pgx.Tx, _ string, _ int) error {
		rows, err := tx.Query(ctx, statement("names"))
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Relation, err error) {
			return r, row.Scan(&r.Name.Schema, &r.Name.Name, &r.Kind, &r.Root.Schema, &r.Root.Name, &r.Extension)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the names of tables: %w", err)
	}
	return list, nil
}
