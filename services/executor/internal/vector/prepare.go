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
	return s.inTx(ctx, func(tx pgx.Tx) error { return s.ensureTables(ctx, tx) })
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
	columns, err := columnTypes(ctx, tx)
	if err != nil {
		return err
	}
	if len(columns) == 0 {
		s.arrays = s.vectorType == ""
		_, err := tx.Exec(ctx, s.typed(schemaSQL))
		return err
	}
	form := columns["embedding"]
	s.arrays = form == "real[]"
	switch {
	case columns["id"] == "" || columns["collection_id"] != "uuid" || !s.arrays && !isVector(form):
		return fmt.Errorf("%w: langchain_pg_embedding has %v", ErrLayout, columns)
	case s.arrays && s.vectorType != "":
		s.arrays = false
		_, err := tx.Exec(ctx, s.typed(`ALTER TABLE langchain_pg_embedding ALTER COLUMN embedding TYPE @vector USING embedding::@vector`))
		return err
	}
	return nil
}

// columnTypes are the columns of langchain_pg_embedding; none if there is no
// such table.
func columnTypes(ctx context.Context, tx pgx.Tx) (map[string]string, error) {
	rows, err := tx.Query(ctx, columnsSQL)
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
