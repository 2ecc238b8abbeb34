package vector

import (
	"context"
	_ "embed"
	"fmt"
)

//go:embed sql/delete_task.sql
var deleteTaskSQL string

// DeleteTask removes what no task but this one loaded, from all collections,
// and returns how many documents went. It needs no Prepare; where there are no
// tables there is nothing to do.
func (s *Store) DeleteTask(ctx context.Context, taskID string) (int64, error) {
	var there bool
	if err := s.conn.QueryRow(ctx, `SELECT to_regclass('langchain_pg_embedding') IS NOT NULL`).Scan(&there); err != nil || !there {
		return 0, err
	}
	var n int64
	if err := s.conn.QueryRow(ctx, deleteTaskSQL, taskID).Scan(&n); err != nil {
		return 0, fmt.Errorf("delete training data: %w", err)
	}
	return n, nil
}
