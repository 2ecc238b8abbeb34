package vector_test

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// newPipe is the documents as CSV, and the function that writes them.
func newPipe(docs []vector.Document, collection string) (*io.PipeReader, func()) {
	r, w := io.Pipe()
	return r, func() {
		rows := csv.NewWriter(w)
		for _, d := range docs {
			m, err := json.Marshal(d.Metadata)
			if err == nil {
				err = rows.Write([]string{d.ID, collection, literal(d.Vector), d.Text, string(m)})
			}
			if err != nil {
				_ = w.CloseWithError(err)
				return
			}
		}
		rows.Flush()
		_ = w.CloseWithError(rows.Error())
	}
}

func literal(v []float32) string {
	parts := make([]string, len(v))
	for i, x := range v {
		parts[i] = strconv.FormatFloat(float64(x), 'g', -1, 32)
	}
	return "[" + strings.Join(parts, ",") + "]"
}
