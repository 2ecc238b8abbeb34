package vector

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed sql/schema.sql
	schemaSQL string
	//go:embed sql/extension.sql
	extensionSQL string
	//go:embed sql/columns.sql
	columnsSQL string
	//go:embed sql/own.sql
	ownSQL string
)

// Prepare makes the extension and the tables where they are missing. Without
// the extension it returns an *ExtensionError, unless arrays are allowed. It
// refuses tables of another form with ErrLayout.
func (s *Store) Prepare(ctx context.Context, allowArrays bool) error {
	err := s.ensureExtension(ctx)
	var missing *ExtensionError
	if errors.As(err, &missing) && allowArrays {
		err = nil
	}
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error { return s.ensureTables(ctx, tx) })
	s.inspected = err == nil
	return errors.Join(err, s.searchWide(ctx))
}

// searchWide has searches by index look at as many documents as Search may ask
// for; pgvector's default is 40. Without the extension it changes nothing.
func (s *Store) searchWide(ctx context.Context) error {
	_, err := s.conn.Exec(ctx, `SET hnsw.ef_search = 100`)
	return err
}

func (s *Store) ensureExtension(ctx context.Context) error {
	var available bool
	var major int
	err := s.conn.QueryRow(ctx, extensionSQL).Scan(&s.vectorType, &available, &major)
	if err != nil || s.vectorType != "" {
		return err
	}
	if available {
		err := s.inTx(ctx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS vector`)
			return err
		})
		if err == nil {
			return s.conn.QueryRow(ctx, extensionSQL).Scan(&s.vectorType, &available, &major)
		}
		if code(err) != insufficientPrivilege {
			return fmt.Errorf("create extension: %w", err)
		}
	}
	return &ExtensionError{available, major}
}

// ensureTables creates what is missing and looks at the form of what is there.
func (s *Store) ensureTables(ctx context.Context, tx pgx.Tx) error {
	columns, err := columnTypes(ctx, tx, embeddingTable)
	if err != nil {
		return err
	}
	if len(columns) == 0 {
		s.arrays = s.vectorType == ""
		_, err := tx.Exec(ctx, s.typed(schemaSQL+ownSQL))
		return err
	}
	if err := s.take(columns); err != nil {
		return err
	}
	if err := s.toVectors(ctx, tx, embeddingTable, columns); err != nil {
		return err
	}
	return s.ensureOwn(ctx, tx)
}

// The tables that hold embeddings.
const (
	embeddingTable = "langchain_pg_embedding"
	deletedTable   = "data_pipeline_deleted_embedding"
)

// ensureOwn makes the tables that are not langchain's.
func (s *Store) ensureOwn(ctx context.Context, tx pgx.Tx) error {
	columns, err := columnTypes(ctx, tx, deletedTable)
	if err != nil {
		return err
	}
	if len(columns) == 0 {
		_, err := tx.Exec(ctx, s.typed(ownSQL))
		return err
	}
	return s.toVectors(ctx, tx, deletedTable, columns)
}

// take looks at the form of langchain's table.
func (s *Store) take(columns map[string]string) error {
	form := columns["embedding"]
	s.arrays = form == "real[]"
	if columns["id"] == "" || columns["collection_id"] != "uuid" || !s.arrays && !isVector(form) {
		return fmt.Errorf("%w: langchain_pg_embedding has %v", ErrLayout, columns)
	}
	return nil
}

// toVectors turns arrays into vectors once that can be done.
func (s *Store) toVectors(ctx context.Context, tx pgx.Tx, table string, columns map[string]string) error {
	if s.vectorType == "" || columns["embedding"] != "real[]" {
		return nil
	}
	s.arrays = false
	_, err := tx.Exec(ctx, s.typed(`ALTER TABLE `+table+` ALTER COLUMN embedding TYPE @vector USING embedding::@vector`))
	return err
}

// inspect is Prepare for those who load nothing: it looks at what is there, and
// makes the tables that are not langchain's, unless there is nothing to read at
// all, of which it returns false. It does its work once.
func (s *Store) inspect(ctx context.Context) (there bool, err error) {
	if s.inspected {
		return true, nil
	}
	var available bool
	var major int
	if err := s.conn.QueryRow(ctx, extensionSQL).Scan(&s.vectorType, &available, &major); err != nil {
		return false, fmt.Errorf("vector store: %w", err)
	}
	columns, err := columnTypes(ctx, s.conn, embeddingTable)
	if err != nil || len(columns) == 0 {
		return false, err
	}
	if err := s.take(columns); err != nil {
		return false, err
	}
	if own, err := columnTypes(ctx, s.conn, deletedTable); err != nil {
		return false, err
	} else if len(own) == 0 {
		if err := s.inTx(ctx, func(tx pgx.Tx) error { return s.ensureOwn(ctx, tx) }); err != nil {
			return false, err
		}
	}
	s.inspected = true
	return true, s.searchWide(ctx)
}

// columnTypes are the columns of a table; none if there is no such table.
func columnTypes(ctx context.Context, q querier, table string) (map[string]string, error) {
	rows, err := q.Query(ctx, columnsSQL, table)
	if err != nil {
		return nil, err
	}
	columns := map[string]string{}
	var name, form string
	_, err = pgx.ForEachRow(rows, []any{&name, &form}, func() error {
		columns[name] = form
		return nil
	})
	return columns, err
}

// isVector recognises vector and vector(512), with a schema or without.
func isVector(form string) bool {
	form, _, _ = strings.Cut(form, "(")
	return form == "vector" || strings.HasSuffix(form, ".vector")
}

// typed puts the type of embeddings into a query.
func (s *Store) typed(query string) string {
	form := s.vectorType
	if s.arrays {
		form = "real[]"
	}
	return strings.ReplaceAll(query, "@vector", form)
}
