package test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/internal/testkit"
)

// deployment is the four services as processes, over a broker and databases of
// their own, as on a cluster.
type deployment struct {
	t        *testing.T
	api      *client
	broker   *broker.Broker
	db       *pgxpool.Pool // the recorder's
	business string        // connection string of a small business database
	vectors  *pgxpool.Pool // the vector store
	bucket   string        // a folder
	env      []string

	gateway, executor, recorder, filescan *process
}

// shop is a business database that a whole task gets through in a moment.
const shop = `
CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL, since date NOT NULL);
CREATE TABLE product (id int PRIMARY KEY, name text NOT NULL, price numeric(10,2) NOT NULL);
CREATE TABLE purchase (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, product_id int NOT NULL REFERENCES product,
                       quantity int NOT NULL, bought_at timestamp NOT NULL);
INSERT INTO customer SELECT n, 'customer ' || n, 'city ' || n % 3, date '2024-01-01' + n FROM generate_series(1, 30) n;
INSERT INTO product SELECT n, 'product ' || n, n * 1.5 FROM generate_series(1, 10) n;
INSERT INTO purchase SELECT n, 1 + n % 30, 1 + n % 10, 1 + n % 4, timestamp '2025-01-01' + n * interval '7 hours' FROM generate_series(1, 300) n;
ANALYZE;`

// deploy starts a deployment that runs up to limit tasks at once; more is added
// to the environment of its services.
func deploy(t *testing.T, limit int, more ...string) *deployment {
	t.Helper()
	server := testkit.NATS(t)
	d := &deployment{t: t, bucket: t.TempDir(), business: testkit.Postgres(t)}
	database, vectors := testkit.Postgres(t), testkit.Postgres(t)
	d.db, d.vectors = open(t, database), open(t, vectors)
	if _, err := open(t, d.business).Exec(t.Context(), shop); err != nil {
		t.Fatal(err)
	}
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(t.TempDir(), "identities")
	if err := os.WriteFile(keys, []byte(identity+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.env = env("DP_NATS_URL", server.URL(), "DP_DATABASE_URL", database, "DP_BUCKET_URL", d.bucket,
		"DP_VECTOR_DATABASE_URL", vectors, "DP_SEAL_RECIPIENT", recipient, "DP_SEAL_IDENTITY_FILE", keys,
		"DP_MAX_CONCURRENT_TASKS", strconv.Itoa(limit), "DP_LOG_LEVEL", "warn", "DP_PROVISION", "true", "DP_LEASE_TTL", "2s")
	d.env = append(d.env, env(more...)...)
	d.gateway = d.startGateway()
	d.executor, d.recorder, d.filescan = d.start("executor"), d.start("recorder"), d.start("filescan")
	for _, p := range []*process{d.gateway, d.executor, d.recorder, d.filescan} {
		p.ready(30 * time.Second)
	}
	d.broker = connect(t, server.URL())
	return d
}

func connect(t *testing.T, url string) *broker.Broker {
	t.Helper()
	b, err := broker.Connect(t.Context(), broker.Config{URL: url}, "test", testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func open(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// start starts a service that has only a health listener.
func (d *deployment) start(name string) *process {
	addr := freeAddr(d.t)
	return launch(d.t, name, "http://"+addr+"/readyz", append(env("DP_ADMIN_ADDR", addr), d.env...))
}

func (d *deployment) startGateway() *process {
	addr := freeAddr(d.t)
	d.api = &client{t: d.t, base: "http://" + addr + "/api/v0/data_pipeline"}
	return launch(d.t, "gateway", "http://"+addr+"/readyz", append(env("DP_HTTP_ADDR", addr), d.env...))
}
