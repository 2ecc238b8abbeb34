package train_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
)

// large is what the earlier steps leave of 300 tables with 1,000 pairs.
func large(b *testing.B) fstest.MapFS {
	b.Helper()
	fsys, mapping := fstest.MapFS{}, &strings.Builder{}
	for i := range 300 {
		table := fmt.Sprintf("table_%03d", i)
		fmt.Fprintf(mapping, "public.%s -> %[1]s.ddl, %[1]s_detail.md\n", table)
		columns := &strings.Builder{}
		for j := range 12 {
			fmt.Fprintf(columns, "  column_%d_%d numeric, -- 指标 %d\n", i, j, j)
		}
		fsys[table+".ddl"] = &fstest.MapFile{Data: []byte("CREATE TABLE public." + table + " (\n" + columns.String() + ");")}
		fsys[table+"_detail.md"] = &fstest.MapFile{Data: []byte("## " + table + "\n" + columns.String())}
	}
	fsys["filename_mapping.txt"] = &fstest.MapFile{Data: []byte(mapping.String())}
	list := make([]events.Pair, 1000)
	for i := range list {
		table := fmt.Sprintf("table_%03d", i%300)
		list[i] = pair(fmt.Sprintf("第 %d 个问题：%s 的指标合计是多少？", i, table), fmt.Sprintf("SELECT sum(column_%d_%d) FROM public.%s;", i%300, i%12, table), "public."+table)
	}
	index, err := pairs.EncodeIndex(list)
	if err != nil {
		b.Fatal(err)
	}
	fsys[pairs.IndexFile] = &fstest.MapFile{Data: index}
	fsys["qs_shop_20250701_143052_pair.json"] = &fstest.MapFile{Data: []byte("[]")}
	return fsys
}

// BenchmarkLoad carries out the step for 1,600 documents, each time of another
// database: reading the files, embedding by words, putting, reading back,
// replacing, and the report with its 200 questions. In turns, the rows that it
// left are copied into a table of the same form and indexes.
func BenchmarkLoad(b *testing.B) {
	dsn := testkit.Postgres(b)
	in, round := large(b), 0
	conn, err := pgx.Connect(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(context.Background()) })
	var ours, reported testkit.Times
	turn := func() {
		run := stepstest.New(b, "", in)
		run.Identity = fmt.Sprintf("db.example:5432/shop_%d", round)
		round++
		began := time.Now()
		result, err := train.New(train.Config{URL: dsn}).Run(b.Context(), run.Run)
		if err != nil || result.Data.(train.Result).Inserted != 1600 {
			b.Fatal(result.Data, err)
		}
		ours = append(ours, time.Duration(result.Data.(train.Result).Duration*float64(time.Second)))
		reported = append(reported, time.Since(began))
	}
	var peer testkit.Times
	other := func() { peer = append(peer, copyRows(b, conn, round-1)) }
	for b.Loop() {
		turn()
		b.StopTimer()
		other()
		b.StartTimer()
	}
	for len(ours) < 5 {
		turn()
		other()
	}
	b.ReportMetric(ours.Ratio(peer), "load/copy")
	b.ReportMetric(reported.Ratio(peer), "step/copy")
	b.ReportMetric(1600/ours.Quantile(0.5).Seconds(), "documents/s")
}

// copyRows is how long COPY takes over the rows of a round.
func copyRows(b *testing.B, conn *pgx.Conn, round int) time.Duration {
	b.Helper()
	_, err := conn.Exec(b.Context(), `CREATE TABLE IF NOT EXISTS peer (LIKE langchain_pg_embedding INCLUDING ALL, FOREIGN KEY (collection_id) REFERENCES langchain_pg_collection); TRUNCATE peer`)
	if err != nil {
		b.Fatal(err)
	}
	var rows bytes.Buffer
	_, err = conn.PgConn().CopyTo(b.Context(), &rows, fmt.Sprintf(`COPY (SELECT * FROM langchain_pg_embedding WHERE cmetadata @> '{"database": "db.example:5432/shop_%d"}') TO STDOUT`, round))
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if tag, err := conn.PgConn().CopyFrom(b.Context(), &rows, "COPY peer FROM STDIN"); err != nil || tag.RowsAffected() != 1600 {
		b.Fatal(tag, err)
	}
	return time.Since(began)
}
