package vector_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

var wide = vector.Embedder{Name: "wide-v1", Dimension: 512}

// clusters are vectors of 512 around a thousand centres, as texts about the same
// things are; they are the same at every call.
func clusters(n int) [][]float32 {
	random := rand.New(rand.NewPCG(3, 4))
	around := func(centre []float32, spread float64) []float32 {
		v := make([]float32, wide.Dimension)
		for i := range v {
			v[i] = float32(random.NormFloat64() * spread)
			if centre != nil {
				v[i] += centre[i]
			}
		}
		return v
	}
	centres := make([][]float32, 1000)
	for i := range centres {
		centres[i] = around(nil, 1)
	}
	vectors := make([][]float32, n)
	for i := range vectors {
		vectors[i] = around(centres[i%len(centres)], 0.5)
	}
	return vectors
}

func documents(prefix string, vectors [][]float32) []vector.Document {
	docs := make([]vector.Document, len(vectors))
	for i, v := range vectors {
		id := fmt.Sprintf("%s-%06d-sql", prefix, i)
		docs[i] = vector.Document{ID: id, Text: `{"question": "How many?", "sql": "SELECT count(*) FROM t;"}`, Vector: v,
			Metadata: vector.Metadata{ID: id, Database: shop, TaskIDs: []string{"t1"}, Tables: []string{"public.t"}}}
	}
	return docs
}

func prepared(b *testing.B) (*vector.Store, *vector.Collection, string) {
	b.Helper()
	dsn := testkit.Postgres(b)
	s, err := vector.Open(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close(context.Background()) })
	if err := s.Prepare(b.Context(), false); err != nil {
		b.Fatal(err)
	}
	c, err := s.Collection(b.Context(), "sql", wide)
	if err != nil {
		b.Fatal(err)
	}
	return s, c, dsn
}

// BenchmarkPut loads 1,000 documents of 512 dimensions in batches of 200, as the
// step does, in turns with one COPY of the same rows into a table of the same
// form and indexes. "ours/copy" is our time divided by its.
func BenchmarkPut(b *testing.B) {
	_, c, dsn := prepared(b)
	conn, err := pgx.Connect(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(context.Background()) })
	if _, err := conn.Exec(b.Context(), "CREATE TABLE peer (LIKE langchain_pg_embedding INCLUDING ALL, FOREIGN KEY (collection_id) REFERENCES langchain_pg_collection)"); err != nil {
		b.Fatal(err)
	}
	vectors := clusters(1000)
	round := 0
	var ours, peer testkit.Times
	turn := func() {
		docs := documents(fmt.Sprint("round", round), vectors)
		round++
		began := time.Now()
		for batch := range slices.Chunk(docs, 200) {
			if fresh, err := c.Put(b.Context(), batch); err != nil || fresh != len(batch) {
				b.Fatal(fresh, err)
			}
		}
		ours = append(ours, time.Since(began))
		b.StopTimer()
		began = time.Now()
		if _, err := conn.Exec(b.Context(), "TRUNCATE peer"); err != nil {
			b.Fatal(err)
		}
		copyDocuments(b, conn, docs)
		peer = append(peer, time.Since(began))
		b.StartTimer()
	}
	for b.Loop() {
		turn()
	}
	for len(ours) < 5 {
		turn()
	}
	b.ReportMetric(ours.Ratio(peer), "ours/copy")
	b.ReportMetric(float64(len(vectors))/ours.Quantile(0.5).Seconds(), "documents/s")
}

// copyDocuments copies rows as text: the server reads the vectors as it does of
// ours.
func copyDocuments(b *testing.B, conn *pgx.Conn, docs []vector.Document) {
	b.Helper()
	var id string
	if err := conn.QueryRow(b.Context(), "SELECT uuid::text FROM langchain_pg_collection").Scan(&id); err != nil {
		b.Fatal(err)
	}
	r, w := newPipe(docs, id)
	defer func() { _ = r.Close() }()
	go w()
	if tag, err := conn.PgConn().CopyFrom(b.Context(), r, "COPY peer (id, collection_id, embedding, document, cmetadata) FROM STDIN (FORMAT csv)"); err != nil || tag.RowsAffected() != int64(len(docs)) {
		b.Fatal(tag, err)
	}
}

// BenchmarkSearch asks for the ten nearest of 20,000 documents by the index, in
// turns with the exact search of the same. "exact/ours" is the exact search's
// time divided by the index's, "recall" the share of the ten truly nearest that
// the index finds.
func BenchmarkSearch(b *testing.B) {
	_, c, dsn := prepared(b)
	vectors := clusters(20_000)
	for batch := range slices.Chunk(documents("d", vectors), 1000) {
		if _, err := c.Put(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	began := time.Now()
	if state, err := c.Index(b.Context(), wide, 2000); state != vector.IndexReady || err != nil {
		b.Fatal(state, err)
	}
	built := time.Since(began)
	exact := exactly(b, dsn)
	var ours, peer testkit.Times
	found, asked := 0, 0
	turn := func() {
		question := vectors[(len(ours)*7919)%len(vectors)]
		began := time.Now()
		near, err := c.Search(b.Context(), question, 10)
		if err != nil || len(near) != 10 {
			b.Fatal(len(near), err)
		}
		ours = append(ours, time.Since(began))
		b.StopTimer()
		began = time.Now()
		truly, err := exact.Search(b.Context(), question, 10)
		if err != nil {
			b.Fatal(err)
		}
		peer = append(peer, time.Since(began))
		for _, m := range truly {
			asked++
			if slices.ContainsFunc(near, func(n vector.Match) bool { return n.ID == m.ID }) {
				found++
			}
		}
		b.StartTimer()
	}
	for b.Loop() {
		turn()
	}
	for len(ours) < 100 {
		turn()
	}
	b.ReportMetric(peer.Ratio(ours), "exact/ours")
	b.ReportMetric(float64(found)/float64(asked), "recall")
	b.ReportMetric(built.Seconds(), "s/build")
}

// exactly is the same collection in a session that may use no index.
func exactly(b *testing.B, dsn string) *vector.Collection {
	b.Helper()
	s, err := vector.Open(b.Context(), dsn+"&options=-c%20enable_indexscan%3Doff%20-c%20enable_bitmapscan%3Doff")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close(context.Background()) })
	c, err := s.Find(b.Context(), "sql", wide)
	if err != nil || c == nil {
		b.Fatal(err)
	}
	return c
}
