package profile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
)

const (
	// sampleRows bounds the rows looked at per table, and sampleBytes the part of
	// a table that they are spread over.
	sampleRows, sampleBytes = 3000, 128 << 10
	// viewRows bounds those of a view or a foreign table.
	viewRows = 1000
	// batchTables are sampled per round trip, each within sampleTime.
	batchTables, sampleTime = 40, 5 * time.Second
	// eachTime bounds the time for tables that are sampled one by one.
	eachTime = time.Minute
)

// sample reads a bounded number of rows of every table into their columns'
// Stats. Columns that may hold secrets are not read. A table that cannot be read
// in time stays without, and is named in the log. Views come last, since they
// show nothing that is masked in their tables.
func sample(ctx context.Context, db catalog.DB, tables []*Table, language events.Language, masker *mask.Masker, log *zap.Logger) error {
	tables = slices.DeleteFunc(slices.Clone(tables), func(t *Table) bool { return len(t.Columns) == 0 || t.Closed() })
	for _, views := range []bool{false, true} {
		some := slices.DeleteFunc(slices.Clone(tables), func(t *Table) bool { return views != (t.View != nil) })
		if err := sampleTurn(ctx, db, some, language, masker, log); err != nil {
			return err
		}
	}
	return nil
}

// sampleTurn samples views and foreign tables after the others, and each by
// itself: nobody knows what they cost.
func sampleTurn(ctx context.Context, db catalog.DB, tables []*Table, language events.Language, masker *mask.Masker, log *zap.Logger) error {
	apart := slices.DeleteFunc(slices.Clone(tables), func(t *Table) bool { return t.Kind.HasPages() })
	tables = slices.DeleteFunc(tables, func(t *Table) bool { return !t.Kind.HasPages() })
	for chunk := range slices.Chunk(tables, batchTables) {
		err := sampleBatch(ctx, db, chunk, masker)
		if refused(err) {
			err = sampleEach(ctx, db, chunk, language, masker, log)
		}
		if err != nil {
			return fmt.Errorf("sample tables: %w", err)
		}
	}
	if err := sampleEach(ctx, db, apart, language, masker, log); err != nil {
		return fmt.Errorf("sample views: %w", err)
	}
	return nil
}

// sampleEach goes on without the tables that the server refuses, and without
// the rest once eachTime is over.
func sampleEach(ctx context.Context, db catalog.DB, tables []*Table, language events.Language, masker *mask.Masker, log *zap.Logger) error {
	started := time.Now()
	for i, t := range tables {
		if time.Since(started) > eachTime {
			log.Warn(language.Sprintf("另有 %d 张表或视图没有样本：读取用时过长", "No sample of the other tables and views (%d): reading took too long", len(tables)-i))
			return nil
		}
		err := sampleBatch(ctx, db, []*Table{t}, masker)
		if refused(err) {
			log.Warn(language.Sprintf("%s 没有样本，相关问题不使用其中的值", "%s gives no sample; questions about it use none of its values", t.FullName()),
				zap.NamedError("reason", bizdb.Translate(err, language)))
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refused says that the server answered a statement with an error.
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer)
}

// sampleBatch samples tables in one transaction and round trip.
func sampleBatch(ctx context.Context, db catalog.DB, tables []*Table, masker *mask.Masker) error {
	return pgx.BeginTxFunc(ctx, db, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sampleSettings); err != nil {
			return err
		}
		var batch pgx.Batch
		for _, t := range tables {
			batch.Queue(sampleSQL(t)).Query(func(rows pgx.Rows) error { return t.gather(rows, masker) })
		}
		return masker.Error(tx.SendBatch(ctx, &batch).Close())
	})
}

// sampleSettings make values read alike everywhere, and samples alike each
// time.
var sampleSettings = fmt.Sprintf(`SET LOCAL statement_timeout = %d; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601'; `+
	`SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 0; SET LOCAL synchronize_seqscans = off; SET LOCAL max_parallel_workers_per_gather = 0`,
	sampleTime.Milliseconds())

// sampleSQL selects rows as arrays of text, from pages that are spread over
// the table and the same at each run. Before each it says whether all pages were
// looked at, and whether there is a row: of a table without rows there is one
// line that says so.
func sampleSQL(t *Table) string {
	rows, whole := fmt.Sprintf("SELECT ARRAY[%s]::text[] AS line FROM %s", strings.Join(expressions(t), ", "), t.FullName().SQL()), "true"
	if t.Kind.HasPages() {
		size := sizeSQL(t)
		whole = fmt.Sprintf("%s <= %d", size, sampleBytes)
		rows += fmt.Sprintf(" TABLESAMPLE SYSTEM (least(100, 100.0 * %d / greatest(1, %s))) REPEATABLE (1) LIMIT %d", sampleBytes, size, sampleRows)
	} else {
		rows += fmt.Sprintf(" LIMIT %d", viewRows)
	}
	return "SELECT " + whole + ", line IS NOT NULL, line FROM (SELECT) one LEFT JOIN (" + rows + ") r ON true"
}

// expressions are a table's sampled columns as text.
func expressions(t *Table) []string {
	var list []string
	for _, c := range sampled(t) {
		expr := catalog.Quote(c.Name)
		if c.BaseType == "money" {
			expr += "::numeric"
		}
		list = append(list, fmt.Sprintf("left(%s::text, %d)", expr, maxValue+1))
	}
	return list
}

// sizeSQL is the size of a table in bytes.
func sizeSQL(t *Table) string {
	name := catalog.Literal(t.FullName().SQL())
	if t.Kind == catalog.PartitionedTable {
		return fmt.Sprintf("(SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(%s::regclass))", name)
	}
	return fmt.Sprintf("pg_relation_size(%s::regclass)", name)
}

// sampled are the columns whose values are looked at. Those that are personal
// are so only where a view reads the table, for the masker to know them there.
func sampled(t *Table) []*Column {
	return slices.DeleteFunc(slices.Clone(t.Columns), func(c *Column) bool {
		if t.Closed() || c.SeemsSecret() {
			return true
		}
		opaque := slices.Contains([]catalog.Category{catalog.JSON, catalog.Binary, catalog.Array, catalog.Composite, catalog.Range, catalog.Other}, c.Category)
		return opaque || c.Role == Hidden || c.Role == Personal && !t.Viewed || c.Role == Key && len(t.Key) > 1
	})
}
