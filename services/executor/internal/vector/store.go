package vector

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const connectTimeout = 10 * time.Second

// Store is one session with the target database. It is not safe for concurrent
// use.
type Store struct {
	conn *pgx.Conn
	// vectorType is the qualified name of the type vector, or "" without it.
	vectorType string
	// arrays says that embeddings are real[].
	arrays bool
	// inspected says that the two above are known and all tables are there.
	inspected bool
}

// Open connects. Its error never holds the password.
func Open(ctx context.Context, url string) (*Store, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("vector store: %w", err) // pgx redacts the string
	}
	cfg.ConnectTimeout = connectTimeout
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "datapipeline"
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("vector store: %w", err)
	}
	return &Store{conn: conn}, nil
}

// Close ends the session, and with it the lock.
func (s *Store) Close(ctx context.Context) error { return s.conn.Close(ctx) }

// Arrays reports whether embeddings are kept as real[], for want of the
// extension. It is known after Prepare.
func (s *Store) Arrays() bool { return s.arrays }

// lockPause is the time between tries at the lock.
const lockPause = 250 * time.Millisecond

// Lock takes the right to change the training data of a database or a task, by
// its name, which ends with Close; a load takes that of its database first. If
// another session has it, Lock calls waiting once and waits up to a time; then
// it returns ErrBusy. It asks again and again: a statement that waited in the
// server would hold up an index that the other session builds, and that one its
// lock.
func (s *Store) Lock(ctx context.Context, name string, wait time.Duration, waiting func()) error {
	key := loadKey(name)
	deadline := time.Now().Add(wait)
	taken, err := s.tryLock(ctx, key)
	if err == nil && !taken {
		waiting()
	}
	for err == nil && !taken {
		if time.Now().After(deadline) {
			return ErrBusy
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			return ctx.Err()
		}
		taken, err = s.tryLock(ctx, key)
	}
	return err
}

func (s *Store) tryLock(ctx context.Context, key int64) (taken bool, err error) {
	err = s.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, key).Scan(&taken)
	return taken, err
}

// loadKey is the advisory lock of a database or a task.
func loadKey(name string) int64 { return lockKey("datapipeline training data\x00" + name) }

// lockKey is the advisory lock of a name.
func lockKey(name string) int64 {
	sum := sha256.Sum256([]byte(name))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

// limited runs do with a limit on waiting for locks.
func (s *Store) limited(ctx context.Context, wait time.Duration, do func() error) error {
	ms := strconv.FormatInt(max(1, wait.Milliseconds()), 10)
	if _, err := s.conn.Exec(ctx, `SELECT set_config('lock_timeout', $1, false)`, ms); err != nil {
		return err
	}
	err := do()
	_, resetErr := s.conn.Exec(ctx, `RESET lock_timeout`)
	return errors.Join(err, resetErr)
}

const (
	lockNotAvailable      = "55P03"
	deadlockDetected      = "40P01"
	insufficientPrivilege = "42501"
)

// code is the SQLSTATE of err, or "".
func code(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// inTx runs do in a transaction, serialised with every other one of its kind in
// the database: what it makes, two sessions cannot make at once.
func (s *Store) inTx(ctx context.Context, do func(pgx.Tx) error) error {
	// The key under which langchain creates the extension.
	const key = 1573678846307946496
	return pgx.BeginFunc(ctx, s.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(key)); err != nil {
			return err
		}
		return do(tx)
	})
}
