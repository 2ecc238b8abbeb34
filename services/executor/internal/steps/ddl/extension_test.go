package ddl

import (
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// Columns, keys and indexes can each need an extension; its members are not
// made by hand.
func TestExtensionsThatTablesNeedAreInstalled(t *testing.T) {
	t.Parallel()
	from := database(t, `
		CREATE SCHEMA ext;
		CREATE EXTENSION vector WITH SCHEMA ext;
		CREATE EXTENSION citext;
		CREATE EXTENSION btree_gist;
		CREATE EXTENSION hstore;
		CREATE DOMAIN email AS citext CHECK (VALUE LIKE '%@%');
		CREATE TABLE t (id int, mail email, v ext.vector(3), during tsrange, EXCLUDE USING gist (id WITH =, during WITH &&));
		CREATE INDEX ON t USING hnsw (v ext.vector_l2_ops);`)
	files, _, err := execute(t, from, events.English, zap.NewNop(), "*")
	if err != nil {
		t.Fatal(err)
	}
	sql := text(t, files, "ext_types.ddl") + text(t, files, "public_types.ddl")
	for name, want := range map[string]bool{"vector": true, "citext": true, "btree_gist": true, "hstore": false} {
		if got := strings.Contains(sql, "CREATE EXTENSION IF NOT EXISTS "+name+" WITH SCHEMA"); got != want {
			t.Errorf("installs %s: %v\n%s", name, got, sql)
		}
	}
	checkRoundTrip(t, from, files, testkit.Postgres(t))
}
