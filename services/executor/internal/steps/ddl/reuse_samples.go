package ddl

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// samplesFile holds the examples that the documents show, masked as they are
// there, so that a later task takes those of unchanged tables over instead of
// reading rows again.
const samplesFile = "table_samples.json"

// maxSamplesFile bounds the file, in bytes.
const maxSamplesFile = 64 << 20

// sampledTable is an entry of table_samples.json.
type sampledTable struct {
	Table string `json:"table"`
	// Fingerprint is that of the definition under which the rows were read, and
	// Unreadable names the columns that the connection could not read then.
	Fingerprint string `json:"fingerprint"`
	// MaskingRules are those of mask.Rules under which the examples were masked.
	MaskingRules int                      `json:"masking_rules"`
	Unreadable   []string                 `json:"unreadable,omitempty"`
	Columns      map[string]sampledColumn `json:"columns,omitempty"`
	Masked       []mask.Masked            `json:"masked,omitempty"`
}

type sampledColumn struct {
	Examples []string `json:"examples,omitempty"`
	Values   []string `json:"values,omitempty"`
}

// unreadable names the columns of a table that are not sampled for want of a
// privilege.
func unreadable(t *catalog.Table) []string {
	var names []string
	for _, c := range t.Columns {
		if !c.Readable {
			names = append(names, c.Name)
		}
	}
	return names
}

func newSampledTable(t *catalog.Table, fingerprint string, samples map[string]catalog.Sample, masked []mask.Masked) sampledTable {
	s := sampledTable{Table: t.FullName().String(), Fingerprint: fingerprint, MaskingRules: mask.Rules, Unreadable: unreadable(t), Masked: masked}
	if len(samples) > 0 {
		s.Columns = map[string]sampledColumn{}
	}
	for name, sample := range samples {
		s.Columns[name] = sampledColumn(sample)
	}
	return s
}

func (s sampledTable) samples() map[string]catalog.Sample {
	samples := map[string]catalog.Sample{}
	for name, c := range s.Columns {
		samples[name] = catalog.Sample(c)
	}
	return samples
}

// fits says that what was read then is what would be read now, rows aside.
func (s sampledTable) fits(t *catalog.Table, fingerprint string) bool {
	return s.Fingerprint == fingerprint && s.MaskingRules == mask.Rules && slices.Equal(s.Unreadable, unreadable(t))
}

func encodeSamples(tables []sampledTable) (string, error) {
	slices.SortFunc(tables, func(a, b sampledTable) int { return cmp.Compare(a.Table, b.Table) })
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(tables); err != nil {
		return "", fmt.Errorf("%s: %w", samplesFile, err)
	}
	return b.String(), nil
}

// decodeSamples reads what encodeSamples wrote, by table. No column has more
// examples or values than a document shows.
func decodeSamples(data []byte) (map[string]sampledTable, error) {
	if len(data) > maxSamplesFile {
		return nil, fmt.Errorf("%s: %d bytes, at most %d", samplesFile, len(data), maxSamplesFile)
	}
	var list []sampledTable
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", samplesFile, err)
	}
	tables := make(map[string]sampledTable, len(list))
	for _, t := range list {
		for name, c := range t.Columns {
			if len(c.Examples) > catalog.MaxExamples || len(c.Values) > catalog.MaxValues {
				return nil, fmt.Errorf("%s: too many examples of %.80q", samplesFile, name)
			}
		}
		tables[t.Table] = t
	}
	return tables, nil
}

func readSamples(files fs.FS) (map[string]sampledTable, error) {
	data, err := fs.ReadFile(files, samplesFile)
	if err != nil {
		return nil, fmt.Errorf("read the earlier samples: %w", err)
	}
	return decodeSamples(data)
}
