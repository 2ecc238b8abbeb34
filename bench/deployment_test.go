package bench

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) {
	// fasthttp's janitor of idle workers notices only within ten seconds that
	// its server has stopped.
	testkit.Main(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

// deployment is the four services in this process, over a broker that syncs
// every message and a PostgreSQL with its own defaults.
type deployment struct {
	b        *testing.B
	api      *client
	broker   *broker.Broker
	business string // connection string of the shop
}

// shop is a small business database.
const shop = `
CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL, since date NOT NULL);
CREATE TABLE product (id int PRIMARY KEY, name text NOT NULL, price numeric(10,2) NOT NULL);
CREATE TABLE purchase (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, product_id int NOT NULL REFERENCES product,
                       quantity int NOT NULL, bought_at timestamp NOT NULL);
INSERT INTO customer SELECT n, 'customer ' || n, 'city ' || n % 3, date '2024-01-01' + n FROM generate_series(1, 30) n;
INSERT INTO product SELECT n, 'product ' || n, n * 1.5 FROM generate_series(1, 10) n;
INSERT INTO purchase SELECT n, 1 + n % 30, 1 + n % 10, 1 + n % 4, timestamp '2025-01-01' + n * interval '7 hours' FROM generate_series(1, 300) n;
ANALYZE;`

// deploy starts everything, running up to limit tasks at once. It ends with the
// benchmark.
func deploy(b *testing.B, limit int) *deployment {
	b.Helper()
	nats, err := embedded.StartNATS(b.Context(), embedded.NATSConfig{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(nats.Stop)
	postgres := startPostgres(b, "datapipeline", "vectors", "shop")
	d := &deployment{b: b, business: postgres.DSN("shop")}
	d.fill()
	s := newServices(b, nats, postgres, limit)
	if d.broker, err = broker.Connect(b.Context(), s.broker, "bench", zap.NewNop(), nats.Option()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(d.broker.Close)
	if err := d.broker.Prepare(b.Context()); err != nil {
		b.Fatal(err)
	}
	d.run(s.runners())
	d.api = newClient(b, <-s.gateway.Bound())
	return d
}

// startPostgres starts a server with databases. It ends with the benchmark.
func startPostgres(b *testing.B, databases ...string) *embedded.Postgres {
	b.Helper()
	p, err := embedded.StartPostgres(b.Context(), embedded.PostgresConfig{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.Stop(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	})
	for _, name := range databases {
		if err := p.CreateDatabase(b.Context(), name); err != nil {
			b.Fatal(err)
		}
	}
	return p
}

func (d *deployment) fill() {
	d.b.Helper()
	conn, err := pgx.Connect(d.b.Context(), d.business)
	if err != nil {
		d.b.Fatal(err)
	}
	if _, err := conn.Exec(d.b.Context(), shop); err != nil {
		d.b.Fatal(err)
	}
	if err := conn.Close(d.b.Context()); err != nil {
		d.b.Fatal(err)
	}
}

// run runs the services until the benchmark ends, and waits for them.
func (d *deployment) run(services []kit.Runner) {
	ctx, stop := context.WithCancel(context.WithoutCancel(d.b.Context()))
	ended := make(chan error, 1)
	go func() { ended <- kit.RunAll(ctx, services...) }()
	d.b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			d.b.Error(err)
		}
	})
}
