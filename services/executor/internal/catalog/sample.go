package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// The bounds of sampling.
const (
	MaxExamples    = 2  // per column
	MaxValues      = 10 // of a column that looks like an enumeration
	maxRows        = 1000
	minRows        = 100
	maxTableCells  = 20_000  // rows × columns read of one table
	maxCells       = 500_000 // of all tables, beyond minRows each
	tablesPerBatch = 16
	maxReadBytes   = 200  // of a value, in characters
	maxStoredBytes = 2000 // of a value that cannot be read in part
)

// Sample is what a few rows of a table show of a column.
type Sample struct {
	// Examples are up to MaxExamples distinct values, as the server writes
	// them, each on one line and cut where it is long.
	Examples []string
	// Values are all values that were seen, the most frequent first, where a
	// column looks like an enumeration; else nil.
	Values []string
}

// TableSample is what a few rows of a table show.
type TableSample struct {
	Table *Table
	// Columns holds the samples by column; those without any are absent.
	Columns map[string]Sample
	// Err says why there are none: the driver's error, such as a lack of
	// privileges or a statement that took too long, without what it says of rows.
	Err error
}

// ReadSamples reads up to 1,000 rows of each table, several tables at once,
// views after tables, and calls each for every table, in no particular order, never concurrently.
// It counts nothing, sorts nothing and scans no large table; each table may
// take 5 s. Unchanged tables give unchanged samples. Columns that hold bytes,
// or seem to hold passwords and the like, are never read; nor are materialised
// views that were never filled, and views that tell the time or, by the
// planner's estimate, take long (ErrNotSampled). What the masker takes for
// personal is masked before each sees it; where its mode is to read no row,
// nothing is read and each is not called.
//
// What a table refuses is its Err. The error is ctx's, or says that the
// database is gone.
func ReadSamples(ctx context.Context, db DB, connections int, masker *mask.Masker, tables []*Table, each func(TableSample)) error {
	if !masker.Reads() {
		return nil
	}
	var mu sync.Mutex
	serial := func(s TableSample) {
		mu.Lock()
		defer mu.Unlock()
		each(s)
	}
	rows := rowsPerTable(tables)
	views, rest := parted(tables, func(t *Table) bool { return t.View != nil })
	for _, some := range [][]*Table{rest, views} { // a view shows nothing that is masked in its tables
		if err := readSamples(ctx, db, connections, some, rows, masker, serial); err != nil {
			return err
		}
	}
	return nil
}

func readSamples(ctx context.Context, db DB, connections int, tables []*Table, rows int, masker *mask.Masker, each func(TableSample)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(connections, 1))
	stored, apart := split(tables)
	for some := range slices.Chunk(stored, tablesPerBatch) {
		group.Go(func() error { return sampleAll(ctx, db, some, rows, masker, each) })
	}
	for _, some := range byServer(apart) {
		group.Go(func() error { return sampleInTurn(ctx, db, some, rows, masker, each) })
	}
	return group.Wait()
}

func parted[T any](all []T, is func(T) bool) (those, others []T) {
	for _, one := range all {
		if is(one) {
			those = append(those, one)
		} else {
			others = append(others, one)
		}
	}
	return those, others
}

// split parts tables whose rows are in pages from those whose rows are not.
func split(tables []*Table) (stored, apart []*target) {
	targets := make([]*target, len(tables))
	for i, t := range tables {
		targets[i] = newTarget(t)
	}
	return parted(targets, func(t *target) bool { return t.Kind.HasPages() && (t.View == nil || t.View.Populated) })
}

// rowsPerTable spends maxCells evenly.
func rowsPerTable(tables []*Table) int {
	columns := 1
	for _, t := range tables {
		columns += len(t.Columns)
	}
	return min(maxRows, max(minRows, maxCells/columns))
}

// sampleAll samples tables in one transaction; after a table that fails it
// goes on with the next in another one.
func sampleAll(ctx context.Context, db DB, tables []*target, rows int, masker *mask.Masker, each func(TableSample)) error {
	for len(tables) > 0 {
		done, err := sampleSome(ctx, db, tables, rows, masker, each)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if done < 0 || done == len(tables) {
			return err
		}
		each(TableSample{Table: tables[done].Table, Err: err})
		tables = tables[done+1:]
	}
	return nil
}

// toSample begins a transaction that reads rows, within bounds for each
// statement. The statements of a round trip go as one text, which costs the
// server less than preparing each.
var toSample = pgx.TxOptions{BeginQuery: "BEGIN READ ONLY;\n" + statement("sample_settings")}

// sampleSome samples tables until one fails and returns how many it did, or
// -1 where it was no table that failed.
func sampleSome(ctx context.Context, db DB, tables []*target, rows int, masker *mask.Masker, each func(TableSample)) (int, error) {
	tx, err := db.BeginTx(ctx, toSample)
	if err != nil {
		return -1, fmt.Errorf("sample: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // nothing was written
	queries := make([]string, len(tables))
	for i, t := range tables {
		queries[i] = t.sampleSQL(rows)
	}
	results := tx.Conn().PgConn().Exec(ctx, strings.Join(queries, ";\n"))
	defer func() { _ = results.Close() }() // its error was met while reading
	done := 0
	for results.NextResult() {
		columns, err := readSample(results.ResultReader(), tables[done], masker)
		if err != nil {
			return done, fmt.Errorf("sample %s: %w", tables[done].FullName(), masker.Error(err))
		}
		each(TableSample{Table: tables[done].Table, Columns: columns})
		done++
	}
	return done, masker.Error(results.Close())
}

// readSample gathers the rows of one table.
func readSample(rows *pgconn.ResultReader, t *target, masker *mask.Masker) (map[string]Sample, error) {
	columns := t.columns
	tallies := make([]tally, len(columns))
	for i, c := range columns {
		tallies[i].judge = masker.Column(t.MaskColumn(c))
	}
	for _, c := range t.withheld {
		masker.Withhold(t.MaskColumn(c))
	}
	for rows.NextRow() {
		for i, value := range rows.Values()[:len(columns)] {
			if value != nil {
				tallies[i].add(value)
			}
		}
	}
	if _, err := rows.Close(); err != nil {
		return nil, err
	}
	samples := map[string]Sample{}
	for i, c := range columns {
		tallies[i].judge.Share()
		if t.Kind == View { // a plan may bring the rows in any order
			slices.Sort(tallies[i].order)
		}
		if s := tallies[i].sample(t.mayEnumerate(c)); len(s.Examples) > 0 {
			samples[c.Name] = s
		}
	}
	return samples, nil
}
