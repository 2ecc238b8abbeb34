package profile

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// tally counts the values of a table's sampled rows.
type tally struct {
	*Table
	columns    []*Column
	values     []map[string]int // by column
	judges     []*mask.Judge    // by column
	names      map[string]string
	key, label int
	rows       int
}

// gather reads a table's rows. Nothing is kept of rows that end in an error.
func (t *Table) gather(rows pgx.Rows, masker *mask.Masker) error {
	defer rows.Close()
	all, whole := newTally(t, masker), false
	for rows.Next() {
		var found bool
		var row []*string
		if err := rows.Scan(&whole, &found, &row); err != nil {
			return err
		}
		if found {
			all.see(row)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	all.keep(whole)
	return nil
}

func newTally(t *Table, masker *mask.Masker) *tally {
	all := &tally{Table: t, columns: sampled(t), names: map[string]string{}}
	for _, c := range all.columns {
		all.values = append(all.values, map[string]int{})
		all.judges = append(all.judges, masker.Column(t.MaskColumn(c.Column)))
	}
	all.key, all.label = t.naming(all.columns)
	return all
}

func (all *tally) see(row []*string) {
	all.rows++
	for i, v := range row {
		if v != nil {
			all.values[i][*v]++
			all.judges[i].See([]byte(*v))
		}
	}
	if all.key >= 0 && all.label >= 0 && row[all.key] != nil && row[all.label] != nil {
		all.names[*row[all.key]] = *row[all.label]
	}
}

// keep gives the table and its columns what was seen. Whole says that the
// sample was of all pages.
func (all *tally) keep(whole bool) {
	if all.label >= 0 {
		conceal(all.names, all.judges[all.label])
	}
	t := all.Table
	t.names, t.Sampled, t.Complete = all.names, all.rows, whole && all.rows < sampleRows && (t.Kind.HasPages() || all.rows < viewRows)
	for i, c := range all.columns {
		if all.judges[i].Share(); c.Role == Personal {
			continue
		}
		c.Stats = summarize(c.Category, all.rows, all.values[i], all.judges[i])
	}
}

// naming is where among columns the key and the label stand, each if it is a
// column by itself, else -1.
func (t *Table) naming(columns []*Column) (key, label int) {
	at := func(list []*Column) int {
		if len(list) != 1 {
			return -1
		}
		return slices.Index(columns, list[0])
	}
	return at(t.Key), at(t.Label)
}

// conceal drops names in which something is masked.
func conceal(names map[string]string, judge *mask.Judge) {
	for key, name := range names {
		if _, masked := judge.Mask(name); masked {
			delete(names, key)
		}
	}
}
