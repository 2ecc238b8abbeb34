package validate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// maxAnswer bounds a message of the server, in bytes: a plan repeats the
	// constants that the planner made, and repeat('x', 500000000) is one.
	maxAnswer = 8 << 20
	// grace is what a check may take beyond the server's own limits, before the
	// connection is given up.
	grace = 10 * time.Second
	// cancelWait is how long the server has to heed a cancellation.
	cancelWait = 2 * time.Second
)

// session is a connection in which nothing runs but the texts of pairs. It is
// no pool's: whatever a text leaves in it ends with it. Between two texts there
// is the end of a transaction, which undoes settings. It is not safe for
// concurrent use.
type session struct {
	conn    *pgconn.PgConn
	timeout time.Duration
}

// openSession connects as pool does, with limits that begin with the session:
// RESET goes back to them, and no text can be there before them.
func openSession(ctx context.Context, pool *pgxpool.Pool, timeout time.Duration) (*session, error) {
	cfg := pool.Config().ConnConfig.Config
	maps.Copy(cfg.RuntimeParams, map[string]string{
		"default_transaction_read_only":       "on",
		"statement_timeout":                   milliseconds(timeout),
		"lock_timeout":                        milliseconds(timeout / 2), // sooner, so that each says what it was
		"idle_in_transaction_session_timeout": milliseconds(2*timeout + grace),
		"cursor_tuple_fraction":               "1",   // a cursor is planned as the statement alone is
		"jit":                                 "off", // compiling pays only for more than is run here
	})
	cfg.MaxProtocolMessageBodyLen = maxAnswer
	// A query goes on in the server though its connection is gone.
	cfg.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelWait}
	}
	conn, err := pgconn.ConnectConfig(ctx, &cfg)
	if err != nil {
		return nil, fmt.Errorf("open session: %w", err)
	}
	s := &session{conn, timeout}
	if err := s.limitFiles(ctx); err != nil {
		return nil, errors.Join(err, s.close(ctx))
	}
	return s, nil
}

// milliseconds is a setting of the server; 0 would be no limit.
func milliseconds(d time.Duration) string { return strconv.FormatInt(max(d.Milliseconds(), 1), 10) }

// limitFiles bounds the temporary files of a superuser's session; others may
// not bound theirs.
func (s *session) limitFiles(ctx context.Context) error {
	const query = `SELECT set_config('temp_file_limit', '1GB', false) WHERE current_setting('is_superuser') = 'on'`
	if err := s.conn.ExecParams(ctx, query, nil, nil, nil, nil).Read().Err; err != nil {
		return fmt.Errorf("limit temporary files: %w", err)
	}
	return nil
}

func (s *session) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelWait)
	defer cancel()
	return s.conn.Close(ctx)
}

// clean reports whether the next text meets the session as the first one did.
func (s *session) clean() bool { return !s.conn.IsClosed() && s.conn.TxStatus() == 'I' }

// roundTrip sends what send queues and has read take the answers. Behind it the
// transaction ends, whatever came of it, and so do the locks that would outlive
// it. What went wrong with that end shows in clean.
func (s *session) roundTrip(ctx context.Context, send func(*pgconn.Pipeline), read func(*pgconn.Pipeline) error) error {
	ctx, cancel := context.WithTimeout(ctx, 2*s.timeout+grace)
	defer cancel()
	p := s.conn.StartPipeline(ctx)
	send(p)
	p.SendPipelineSync() // an error goes no further
	command(p, "ROLLBACK")
	command(p, "SELECT pg_advisory_unlock_all()")
	err := p.Sync()
	if err == nil {
		err = read(p)
	}
	_ = p.Close()
	return err
}

// begin queues the beginning of a transaction that the server refuses to make
// a writing one from its first query on.
func begin(p *pgconn.Pipeline) { command(p, "BEGIN READ ONLY") }

func command(p *pgconn.Pipeline, sql string) { p.SendQueryParams(sql, nil, nil, nil, nil) }

// answer is the result of the next statement in a pipeline.
func answer(p *pgconn.Pipeline) (*pgconn.Result, error) {
	reader, err := next[*pgconn.ResultReader](p)
	if err != nil {
		return nil, err
	}
	result := reader.Read()
	return result, result.Err
}

// skip takes the results of n statements.
func skip(p *pgconn.Pipeline, n int) error {
	for range n {
		if _, err := answer(p); err != nil {
			return err
		}
	}
	return nil
}

// next is the next answer of a pipeline, which is a T.
func next[T any](p *pgconn.Pipeline) (T, error) {
	got, err := p.GetResults()
	result, ok := got.(T)
	if err == nil && !ok {
		err = fmt.Errorf("the server's answer is a %T", got)
	}
	return result, err
}
