package validate

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// begin opens the transaction and runs a query in it: from the first query on
// the server refuses to make the transaction a writing one.
func begin(ctx context.Context, conn *pgx.Conn, timeout time.Duration) error {
	if _, err := conn.Exec(ctx, "BEGIN READ ONLY"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	ms := strconv.FormatInt(timeout.Milliseconds(), 10)
	_, err := conn.Exec(ctx, `SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true)`, pgx.QueryExecModeExec, ms)
	if err != nil {
		return fmt.Errorf("set limits: %w", err)
	}
	return nil
}

// stateOf describes what a session keeps beyond a transaction.
func stateOf(ctx context.Context, conn *pgx.Conn) (string, error) {
	const query = `
SELECT concat_ws(E'\n', session_user, current_user,
  (SELECT string_agg(name || '=' || setting, E'\n' ORDER BY name) FROM pg_settings
    WHERE source = 'session' AND name NOT LIKE 'transaction\_%'),
  (SELECT count(*) FROM pg_prepared_statements),
  (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'))`
	var state string
	if err := conn.QueryRow(ctx, query, pgx.QueryExecModeExec).Scan(&state); err != nil {
		return "", fmt.Errorf("read session state: %w", err)
	}
	return state, nil
}
