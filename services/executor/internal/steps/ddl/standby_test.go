package ddl

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/services/executor/internal/roundtrip"
)

// A replica is enough, and a role that may do nothing but read: nothing is
// written, locked or left behind.
func TestAReadOnlyRoleOnAReplicaIsEnough(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	primary := server(t, filepath.Join(root, "primary"))
	if err := primary.CreateDatabase(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	owner := connect(t, primary.DSN("shop"))
	sql := shop + `; CREATE ROLE reader LOGIN PASSWORD 'r'; ALTER ROLE reader SET default_transaction_read_only = on; GRANT pg_read_all_data TO reader`
	if _, err := owner.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
		t.Fatal(err)
	}
	standby := server(t, replicate(t, primary, root))
	conn := connect(t, standby.DSN("shop"))
	var replica bool
	if err := conn.QueryRow(t.Context(), "SELECT pg_is_in_recovery()").Scan(&replica); err != nil || !replica {
		t.Fatalf("a replica: %v, %v", replica, err)
	}
	at := conn.Config().Copy()
	dsn := strings.Replace(standby.DSN("shop"), "postgres:"+at.Password+"@", "reader:r@", 1)
	files, result, err := execute(t, dsn, events.English, zap.NewNop(), "*")
	if data, is := result.Data.(Result); err != nil || !is || data.Failed != 0 || len(data.MissingPrivileges) > 0 || result.Warnings != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	if doc := text(t, files, "cheap_item_detail.md"); !strings.Contains(doc, "[e.g. 茶杯]") {
		t.Error(doc)
	}
}

func server(t *testing.T, dir string) *embedded.Postgres {
	t.Helper()
	s, err := embedded.StartPostgres(t.Context(), embedded.PostgresConfig{Dir: dir, Settings: map[string]string{"fsync": "off", "shared_buffers": "16MB"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// replicate makes a folder from which a replica of a server can be started.
func replicate(t *testing.T, primary *embedded.Postgres, root string) string {
	t.Helper()
	dir := filepath.Join(root, "standby")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd, err := roundtrip.Command(t.Context(), "pg_basebackup", primary.DSN("postgres"), "--pgdata", filepath.Join(dir, "data"), "--write-recovery-conf", "--checkpoint", "fast")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	password, err := os.ReadFile(filepath.Join(root, "primary", "password"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "password"), password, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
