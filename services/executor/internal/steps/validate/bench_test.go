package validate_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// atOnce is the step's default.
const atOnce = 5

// BenchmarkValidation checks 500 pairs, against a plain EXPLAIN of the same
// statements on as many connections. What the step does beyond it (its limits,
// a transaction, a look at the functions and at the session) is what makes
// hostile statements harmless.
func BenchmarkValidation(b *testing.B) {
	dsn := shop(b)
	sqls := statements(500)
	in := folder(b, sqls...)
	pool, err := pgxpool.New(b.Context(), fmt.Sprintf("%s&pool_max_conns=%d", dsn, atOnce))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	run := stepstest.New(b, dsn, in)
	testkit.Compare(b, func() {
		if result, err := validate.New(validate.Config{Concurrency: atOnce}).Run(b.Context(), run.Run); err != nil || result.Warnings > 0 {
			b.Fatal(result, err)
		}
	}, func() { explainAll(b, pool, sqls) })
	b.ReportMetric(float64(b.N*len(sqls))/b.Elapsed().Seconds(), "statements/s")
}

// statements are all different, as those of a pair file are.
func statements(n int) []string {
	forms := []string{
		`SELECT count(*) FROM guest WHERE id > %d;`,
		`SELECT city, count(*) AS guests FROM guest WHERE id <> %d GROUP BY city ORDER BY guests DESC LIMIT 10;`,
		`SELECT g."fullName", sum(b.amount) AS total FROM demo_booking b JOIN guest g ON g.id = b.guest_id WHERE b.amount > %d GROUP BY g.id ORDER BY total DESC LIMIT 5;`,
		`SELECT date_trunc('month', booked_on) AS month, avg(amount) FROM demo_booking WHERE id > %d GROUP BY month ORDER BY month;`,
		`SELECT name FROM hr.employee WHERE salary > %d ORDER BY name;`,
	}
	sqls := make([]string, n)
	for i := range sqls {
		sqls[i] = fmt.Sprintf(forms[i%len(forms)], i)
	}
	return sqls
}

func explainAll(b *testing.B, pool *pgxpool.Pool, sqls []string) {
	b.Helper()
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, sql := range sqls {
		group.Go(func() error {
			_, err := pool.Exec(b.Context(), "EXPLAIN (FORMAT JSON) "+sql)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
}
