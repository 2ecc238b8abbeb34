package validate_test

import (
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

const (
	// atOnce is the step's default.
	atOnce = 5
	// rounds make a median that outlives what else a machine does.
	rounds = 15
)

// BenchmarkExplain has 500 statements climb up to their plans over five
// sessions, in turns with pgbench, which sends EXPLAIN of the same statements
// over as many connections to the same server. pgbench speaks the simple
// protocol, the faster of its ways here, and asks for the plan as text, as we
// do. "pgbench/ours" is its time for a statement divided by ours: above 1 we
// are the faster.
func BenchmarkExplain(b *testing.B) {
	dsn := shop(b)
	sqls := statements(500)
	pool, err := pgxpool.New(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	explainer, err := validate.NewExplainer(b.Context(), pool, atOnce)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { explainer.Close(b.Context()) })
	bench := newPgbench(b, dsn, sqls)
	var ours, peer testkit.Times
	round := func() {
		began := time.Now()
		accepted, err := explainer.Explain(b.Context(), sqls)
		if err != nil || accepted != atOnce*len(sqls) {
			b.Fatalf("%d accepted, %v", accepted, err)
		}
		ours = append(ours, time.Since(began)/time.Duration(accepted))
		b.StopTimer()
		peer = append(peer, bench.perStatement(b))
		b.StartTimer()
	}
	for b.Loop() {
		round()
	}
	for len(ours) < rounds {
		round()
	}
	b.ReportMetric(peer.Ratio(ours), "pgbench/ours")
	b.ReportMetric(float64(time.Second)/float64(ours.Quantile(0.5)), "statements/s")
}

// pgbench runs a script of EXPLAIN statements.
type pgbench struct {
	script, dsn string
	statements  int
}

func newPgbench(b *testing.B, dsn string, sqls []string) pgbench {
	b.Helper()
	var script strings.Builder
	for _, sql := range sqls {
		script.WriteString("EXPLAIN " + sql + "\n")
	}
	name := filepath.Join(b.TempDir(), "explain.sql")
	if err := os.WriteFile(name, []byte(script.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return pgbench{name, dsn, len(sqls)}
}

var tps = regexp.MustCompile(`(?m)^tps = ([\d.]+)`)

// perStatement is the time of a statement once all connections stand.
func (p pgbench) perStatement(b *testing.B) time.Duration {
	b.Helper()
	out, err := osexec.CommandContext(b.Context(), "pgbench", "--no-vacuum", "--protocol=simple",
		"--client="+strconv.Itoa(atOnce), "--jobs=2", "--transactions=2", "--file="+p.script, p.dsn).CombinedOutput()
	m := tps.FindSubmatch(out)
	if err != nil || m == nil {
		b.Fatalf("pgbench: %v\n%s", err, out)
	}
	rate, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(float64(time.Second) / rate / float64(p.statements))
}

// BenchmarkValidation is the whole step over 500 pairs: the ladder with its
// last rung, which costs what the queries cost, and the files.
func BenchmarkValidation(b *testing.B) {
	dsn := shop(b)
	sqls := statements(500)
	run := stepstest.New(b, dsn, folder(b, sqls...))
	for b.Loop() {
		if result, err := validate.New(validate.Config{Concurrency: atOnce}).Run(b.Context(), run.Run); err != nil || result.Warnings > 0 {
			b.Fatal(result, err)
		}
	}
	b.ReportMetric(float64(b.N*len(sqls))/b.Elapsed().Seconds(), "pairs/s")
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
