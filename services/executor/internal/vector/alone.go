package vector

import (
	"context"
	_ "embed"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

//go:embed sql/meant_databases.sql
var meantDatabasesSQL string

// deleteWait is how long a deletion waits for a load that is running.
const deleteWait = 4 * time.Minute

// alone runs do while no load of what a scope means is running: one would put
// back what do takes out, or lose what it has just put. After deleteWait it
// returns ErrBusy.
func (s *Store) alone(ctx context.Context, scope events.TrainingScope, do func() error) (err error) {
	names, err := s.lockNames(ctx, scope)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := s.Lock(ctx, name, deleteWait, func() {}); err != nil {
			return err
		}
		defer func() {
			_, unlockErr := s.conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, loadKey(name))
			err = errors.Join(err, unlockErr)
		}()
	}
	return do()
}

// lockNames are the names of the locks of a scope, in the order in which all
// take them: the databases, and the task, which may not have put anything yet.
func (s *Store) lockNames(ctx context.Context, scope events.TrainingScope) ([]string, error) {
	database := strings.ToLower(scope.Database)
	rows, err := s.conn.Query(ctx, meantDatabasesSQL, database, scope.TaskID, scope.LoadID, some(scope.IDs))
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	if database != "" && !slices.Contains(names, database) {
		names = append(names, database)
	}
	slices.Sort(names)
	if task := scope.Task(); task != events.NoTask && task != "" {
		names = append(names, task)
	}
	return names, nil
}
