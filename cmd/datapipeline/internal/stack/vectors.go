package stack

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// VectorsAsArrays reports whether embeddings are kept as real[], since the
// server of the vector store does not have the extension vector.
func (s *Stack) VectorsAsArrays(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.settings.executor.VectorDatabaseURL)
	if err != nil {
		return false, fmt.Errorf("vector store: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it was only read
	var available bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')`).Scan(&available)
	return !available, err
}
