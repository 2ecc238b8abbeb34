package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/app"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) {
	// fasthttp's workers sleep through their server's end.
	testkit.Main(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

// shop is a small business database.
const shop = `
CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, city text);
CREATE TABLE sale (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, amount numeric(10,2), sold_on date);
COMMENT ON TABLE customer IS '客户';
COMMENT ON TABLE sale IS '销售';
INSERT INTO customer SELECT i, 'customer ' || i, 'city ' || i % 3 FROM generate_series(1, 20) i;
INSERT INTO sale SELECT i, 1 + i % 20, i * 1.5, date '2025-01-01' + i FROM generate_series(1, 200) i;`

// business returns the connection string of a shop of the test's own.
func business(t *testing.T) string {
	t.Helper()
	dsn := testkit.Postgres(t)
	exec(t, dsn, shop)
	return dsn
}

func exec(t *testing.T, dsn, sql string) {
	t.Helper()
	conn := connect(t, dsn)
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // the server ends it, too
	return conn
}

// file writes a file of the test's own and returns its name.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// printed is what a command writes. It can be awaited.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more != nil {
		close(p.more)
		p.more = nil
	}
	return p.text.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// await waits until the output has a text.
func (p *printed) await(t *testing.T, want string) {
	t.Helper()
	for {
		p.mu.Lock()
		if strings.Contains(p.text.String(), want) {
			p.mu.Unlock()
			return
		}
		if p.more == nil {
			p.more = make(chan struct{})
		}
		more := p.more
		p.mu.Unlock()
		select {
		case <-more:
		case <-t.Context().Done():
			t.Fatalf("%q is not in the output:\n%s", want, p)
		}
	}
}

// result is what a command has left.
type result struct {
	code     int
	out, err string
}

// run runs the program in English with "run" and more arguments.
func run(t *testing.T, args ...string) result {
	t.Helper()
	var out, errOut printed
	code := app.Main(t.Context(), append([]string{"run", "--lang=en"}, args...), &out, &errOut)
	return result{code, out.String(), errOut.String()}
}

// want fails the test when the command ended otherwise.
func (r result) want(t *testing.T, code int) {
	t.Helper()
	if r.code != code {
		t.Fatalf("exit code %d, want %d:\n%s%s", r.code, code, r.out, r.err)
	}
}

// has counts the files of a folder that a pattern matches.
func has(t *testing.T, dir, pattern string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// single returns the one file of a folder that a pattern matches.
func single(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s in %s: %d found, %v", pattern, dir, len(found), err)
	}
	return found[0]
}

// pair is an entry of a pair file.
type pair struct {
	Question string `json:"question"`
	SQL      string `json:"sql"`
}

func writePairs(t *testing.T, dir string, pairs ...pair) string {
	t.Helper()
	raw, err := json.MarshalIndent(pairs, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "qs_shop_20250701_143052_pair.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readPairs(t *testing.T, path string) []pair {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var pairs []pair
	if err := json.Unmarshal(raw, &pairs); err != nil {
		t.Fatal(err)
	}
	return pairs
}
