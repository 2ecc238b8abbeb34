package testkit

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/internal/embedded"
)

// filled are the databases of SharedPostgres by their SQL, each made once.
var filled sync.Map

// SharedPostgres returns the DSN of a database with what sql makes, the same for
// all tests of the process that give the same SQL. It is made at the first call,
// refuses to be written to, and is gone with the process.
func SharedPostgres(tb testing.TB, sql string) string {
	tb.Helper()
	server := postgresServer(tb)
	once, _ := filled.LoadOrStore(sql, sync.OnceValues(func() (string, error) { return fill(server, sql) }))
	dsn, err := once.(func() (string, error))()
	if err != nil {
		tb.Fatal(err)
	}
	return dsn
}

func fill(server *embedded.Postgres, sql string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	name := fmt.Sprintf("shared_%x", sha256.Sum256([]byte(sql)))[:30]
	if err := server.CreateDatabase(ctx, name); err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, server.DSN(name))
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql+"\n; ALTER DATABASE "+name+" SET default_transaction_read_only = on")
	return server.DSN(name), err
}
