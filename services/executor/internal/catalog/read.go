package catalog

import (
	"context"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// DB is a connection or a pool of them.
type DB interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}

// Read reads the named tables, views and foreign tables and all that they need,
// or every one outside the system schemas where names is nil, as of one moment.
// Other names, such as those of partitions, are absent from the answer. Secrets
// in options and queries are masked; user mappings are not read.
//
// It takes the same few round trips for any number of tables, and reads no row of
// theirs. Tables that another session locks against readers are left out and
// named in the schema's Locked; where nothing is left the error is a
// *LockedError. Other errors are the driver's, wrapped. It may be called
// concurrently.
func Read(ctx context.Context, db DB, names []Name) (*Schema, error) {
	schema, err := readOnce(ctx, db, names)
	if isLocked(err) {
		schema, err = readAround(ctx, db, names, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	return schema, nil
}

func readOnce(ctx context.Context, db DB, names []Name) (schema *Schema, err error) {
	err = inSnapshot(ctx, db, func(tx pgx.Tx, database string, version int) error {
		r := newReader(ctx, db, tx, &Schema{Database: database, ServerVersion: version})
		schema = r.schema
		return r.read(names)
	})
	return schema, err
}

// inSnapshot runs fn in a read-only transaction that sees one moment and in
// which the server's output depends on no setting of the role or the database.
func inSnapshot(ctx context.Context, db DB, fn func(tx pgx.Tx, database string, version int) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, db, options, func(tx pgx.Tx) error {
		var database string
		var version int
		if err := tx.QueryRow(ctx, statement("settings")).Scan(&database, &version); err != nil {
			return err
		}
		return fn(tx, database, version)
	})
}

// sql returns a statement for the server's version.
func (r *reader) sql(name string) string {
	locale, rules := "c.collcollate", "NULL::text"
	switch v := r.schema.ServerVersion; {
	case v >= 170000:
		locale, rules = "c.colllocale", "c.collicurules"
	case v >= 160000:
		locale, rules = "c.colliculocale", "c.collicurules"
	case v >= 150000:
		locale = "c.colliculocale"
	}
	multirange := "r.rngmultitypid"
	if r.schema.ServerVersion < 140000 {
		multirange = "0"
	}
	return strings.NewReplacer("{locale}", locale, "{rules}", rules, "{multirange}", multirange).Replace(statement(name))
}

func statement(name string) string {
	text, err := sqlFiles.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err) // the files are compiled in
	}
	return string(text)
}

// reader gathers a Schema as of one moment.
type reader struct {
	ctx        context.Context
	db         DB
	tx         pgx.Tx
	schema     *Schema
	tables     map[uint32]*Table
	partitions map[uint32]*Partition
	roots      map[uint32]*Table // of tables and partitions
	types      map[uint32]columnType
	graph      graph
	found      map[node]*Object
	names      map[node]relationName
}

func newReader(ctx context.Context, db DB, tx pgx.Tx, schema *Schema) *reader {
	return &reader{
		ctx: ctx, db: db, tx: tx, schema: schema,
		tables:     map[uint32]*Table{},
		partitions: map[uint32]*Partition{},
		roots:      map[uint32]*Table{},
		types:      map[uint32]columnType{},
		graph:      graph{},
		found:      map[node]*Object{},
		names:      map[node]relationName{},
	}
}

func (r *reader) read(names []Name) error {
	if err := r.batch(r.tx, r.relations(names)); err != nil {
		return err
	}
	if err := r.together(r.readColumns, r.readConstraints); err != nil {
		return err
	}
	for _, table := range r.schema.Tables {
		table.liftForeignKeys()
	}
	r.schema.linkViews()
	if err := r.readOrigins(); err != nil {
		return err
	}
	return r.batch(r.tx, query{"namespaces", []any{r.namespaces()}, r.namespace})
}

// readColumns reads what the tables consist of, and the objects that they need.
func (r *reader) readColumns(tx pgx.Tx) error {
	roots, all := r.oids()
	err := r.batch(tx,
		query{"column_types", []any{roots}, r.columnType},
		query{"columns", []any{roots}, r.column},
		query{"identities", []any{roots}, r.identity},
		query{"partition_columns", []any{slices.Collect(maps.Keys(r.partitions))}, r.partitionColumn},
		query{"parents", []any{roots}, r.parent},
		query{"needs", []any{all}, r.need},
	)
	if err != nil {
		return err
	}
	return r.readObjects(tx)
}

// readConstraints reads what has the server open every table to write it down.
func (r *reader) readConstraints(tx pgx.Tx) error {
	_, all := r.oids()
	return r.batch(tx,
		query{"constraints", []any{all}, r.constraint},
		query{"indexes", []any{all}, r.index},
	)
}

// oids returns those of the tables, and those of tables and partitions.
func (r *reader) oids() (roots, all []uint32) {
	return slices.Collect(maps.Keys(r.tables)), slices.Collect(maps.Keys(r.roots))
}

// namespaces are the names of all schemas that were met.
func (r *reader) namespaces() []string {
	var names []string
	for _, t := range r.schema.Tables {
		names = append(names, t.Schema)
		for _, p := range t.Partitions {
			names = append(names, p.Schema)
		}
	}
	for _, o := range r.schema.Objects {
		names = append(names, o.Schema)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (r *reader) namespace(row pgx.CollectableRow) error {
	var n Namespace
	if err := row.Scan(&n.Name, &n.Comment); err != nil {
		return err
	}
	r.schema.Namespaces = append(r.schema.Namespaces, n)
	return nil
}

// query is a statement, its arguments and what to do with each row.
type query struct {
	name string
	args []any
	each func(pgx.CollectableRow) error
}

// batch runs queries in one round trip and handles their rows in order.
func (r *reader) batch(tx pgx.Tx, queries ...query) error {
	var batch pgx.Batch
	for _, q := range queries {
		batch.Queue(r.sql(q.name), q.args...).Query(func(rows pgx.Rows) error {
			defer rows.Close()
			for rows.Next() {
				if err := q.each(rows); err != nil {
					return fmt.Errorf("%s: %w", q.name, err)
				}
			}
			if err := rows.Err(); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			return nil
		})
	}
	return tx.SendBatch(r.ctx, &batch).Close()
}
