package mask_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/ddl"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// raw are parts of every personal value of testdata/people.sql.
var raw = []string{
	"欧阳", "询墨", "司马", "湘琴", "诸葛", "上官", "若兰", "qiuyue", "mailbox-secret", "1391234", "9491231", "188001010", "622202", "411111", "文三路", "翠苑",
	"1971-", "wxid_", "quanmian", "1381111", "慕容", "皇甫", "嵩文", "1350000", "1370000",
	"Zebediah", "Persephone", "Quackenbush", "Featherstonehaugh", "415) 555", "078-05", "Evergreen", "theremin", "Walla", "203.0.113", "00:1a:2b", "DE8937", "GB82WEST",
	"unsaid", "浙A7K", "136123", "sk-proj", "Barnaby", "Wigglesworth", "Sesame", "1330000", "30.27415", "2001:db8", "赵铁柱", "钱多多", "周伯通", "陈家洛", "公孙",
}

// secrets are shown in no mode.
var secrets = []string{"hunter2", "sk-proj"}

// kept are values that a user of the documents needs and that are nobody's.
var kept = []string{"金卡", "银卡", "new", "paid", "杭州", "ORD-2024-000001", "Porter", "老客户"}

// traces is everything that steps leave: files, log lines, results and
// what the model was sent.
type traces map[string]string

func (tr traces) holding(text string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(tr)) {
		if strings.Contains(tr[name], text) {
			names = append(names, name)
		}
	}
	return names
}

// all are the steps that meet the business database.
var all = []steps.Step{ddl.Step{}, qa.New(qa.Config{}), validate.New(validate.Config{})}

// trace runs steps; the database is left alone when it returns.
func trace(t *testing.T, dsn, masking string, lang events.Language, model *modelserver.Server, list []steps.Step) (tr traces, result ddl.Result) {
	t.Helper()
	tr = traces{}
	t.Run(fmt.Sprintf("%s %s", masking, lang), func(t *testing.T) {
		in := fstest.MapFS{}
		for _, step := range list {
			run := stepstest.New(t, dsn, in)
			run.Request.Tables, run.Request.Language, run.Request.Options.Masking = []string{"*"}, lang, masking
			if model != nil {
				run.Model = stepstest.Model(t, model)
			}
			done, err := step.Run(t.Context(), run.Run)
			if err != nil {
				t.Fatal(err)
			}
			if r, ok := done.Data.(ddl.Result); ok {
				result = r
			}
			document, err := json.Marshal(done)
			if err != nil {
				t.Fatal(err)
			}
			tr["result of "+string(step.Name())] = string(document)
			for i, line := range run.Lines.All() {
				tr[fmt.Sprintf("%s, line %d", step.Name(), i)] = fmt.Sprint(line.Message, line.ContextMap())
			}
			for name, file := range run.Files.FS() {
				tr[name], in[name] = string(file.Data), file
			}
		}
	})
	if model != nil {
		for i, request := range model.Requests() {
			tr[fmt.Sprintf("request %d", i)] = string(request.Body)
			for _, m := range request.Messages {
				tr[fmt.Sprintf("request %d", i)] += m.Content
			}
		}
	}
	return tr, result
}

func people(t *testing.T) (string, *pgx.Conn) {
	t.Helper()
	dsn := testkit.Postgres(t)
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	sql, err := os.ReadFile("testdata/people.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.PgConn().Exec(t.Context(), string(sql)).ReadAll(); err != nil {
		t.Fatal(err)
	}
	return dsn, conn
}

func TestNoByteOfPersonalDataIsWrittenOrSent(t *testing.T) {
	dsn, _ := people(t)
	for _, lang := range []events.Language{events.Chinese, events.English} {
		model := modelserver.New(t)
		tr, result := trace(t, dsn, "", lang, model, all)
		if len(model.Requests()) == 0 {
			t.Fatal("the model was asked nothing")
		}
		for _, text := range slices.Concat(raw, secrets) {
			if names := tr.holding(text); len(names) > 0 {
				t.Errorf("%q stands in %v: %.400s", text, names, tr[names[0]])
			}
		}
		for _, text := range kept {
			if len(tr.holding(text)) == 0 {
				t.Errorf("%q stands nowhere", text)
			}
		}
		if m := result.Masking; m.Mode != events.MaskData || m.TotalColumns < 30 || m.Values < 1000 || len(m.Columns) != m.TotalColumns {
			t.Errorf("masking: %+v", m)
		}
		if len(tr.holding(lang.Pick("脱敏：", "Masking: "))) == 0 {
			t.Error("the log says nothing of masking")
		}
	}
}

// A comment is part of the schema: the .ddl makes it again as it is, while
// documents and questions show it masked.
func TestExamplesInCommentsStandInTheDDLAlone(t *testing.T) {
	dsn, _ := people(t)
	tr, _ := trace(t, dsn, "", events.Chinese, modelserver.New(t), all)
	want := []string{"crm_customer.ddl", "schema_snapshot.json"}
	for _, name := range tr.holding("13700137777") {
		if !slices.Contains(want, name) {
			t.Errorf("the example stands in %s", name)
		}
	}
	if !strings.Contains(tr["crm_customer.ddl"], "13700137777") || !strings.Contains(tr["crm_customer_detail.md"], "标签，如 1**********") {
		t.Error(tr["crm_customer.ddl"], tr["crm_customer_detail.md"])
	}
}

func TestWithoutMaskingDataIsShownAsItIsAndTheLogWarns(t *testing.T) {
	dsn, _ := people(t)
	tr, result := trace(t, dsn, events.MaskOff, events.English, nil, all)
	for _, text := range []string{"欧阳", "qiuyue1@mailbox-secret.cn", "13912340001", "文三路1号", "1971-03-02", "Zebediah", "(415) 555-1001", "203.0.113.1", "浙A7K001", "皇甫嵩文", "13700137777"} {
		if len(tr.holding(text)) == 0 {
			t.Errorf("%q is shown nowhere", text)
		}
	}
	for _, text := range secrets {
		if names := tr.holding(text); len(names) > 0 {
			t.Errorf("the secret %q stands in %v", text, names)
		}
	}
	if len(tr.holding("Masking is off")) == 0 || result.Masking.Mode != events.MaskOff || result.Masking.Values != 0 {
		t.Errorf("masking: %+v", result.Masking)
	}
}

// The server's own count of scans shows that no table was read. Validation is
// left out: planning a statement may look at the ends of indexes, of which the
// server tells nothing.
func TestSchemaOnlyReadsNoTable(t *testing.T) {
	dsn, conn := people(t)
	for masking, reads := range map[string]bool{events.SchemaOnly: false, events.MaskData: true} {
		for _, sql := range []string{"SELECT pg_stat_force_next_flush()", "SELECT pg_stat_reset()"} {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		tr, result := trace(t, dsn, masking, events.Chinese, nil, all[:2])
		if result.Masking.Mode != masking {
			t.Errorf("masking: %+v", result.Masking)
		}
		testkit.Eventually(t, t.Context(), func() bool { return others(t, conn) == 0 }) // they report their counts as they end
		var scans string
		err := conn.QueryRow(t.Context(), `SELECT coalesce(string_agg(format('%s: %s by its pages, %s by an index', relname, seq_scan, idx_scan), '; '), '')
			FROM pg_stat_user_tables WHERE seq_scan > 0 OR idx_scan > 0`).Scan(&scans)
		if err != nil {
			t.Fatal(err)
		}
		if scans != "" != reads {
			t.Errorf("%s: scans of tables: %s", masking, scans)
		}
		for _, text := range slices.Concat(raw, kept) {
			if names := tr.holding(text); !reads && len(names) > 0 && !slices.Contains([]string{"new", "paid"}, text) {
				t.Errorf("%q stands in %v", text, names)
			}
		}
	}
}

// others counts the other sessions in the database.
func others(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'").Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
