package profile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
)

const (
	// sampleRows bounds the rows looked at per table, sampleBytes the part of
	// a table that they are spread over, and topValues the values remembered.
	sampleRows, sampleBytes, topValues = 3000, 128 << 10, 12
	// viewRows bounds those of a view or a foreign table.
	viewRows = 1000
	// batchTables are sampled per round trip, each within sampleTime.
	batchTables, sampleTime = 40, 5 * time.Second
	// eachTime bounds the time for tables that are sampled one by one.
	eachTime = time.Minute
)

// Stats say what a sample shows of a column.
type Stats struct {
	Rows, Nulls int
	Distinct    int
	// Longest is the longest value's number of characters, up to maxValue + 1.
	Longest int
	// Top are the most frequent values as the server writes them, most
	// frequent first, ties by value.
	Top []Value
	// Counts are how often each value occurs, largest first.
	Counts []int
	// Low, Median, Upper and High are the least, the middle, the third quartile
	// and the greatest of numbers.
	Low, Median, Upper, High float64
	// First and Last are the earliest and latest of dates; Busy is the latest
	// year with a fifth of them.
	First, Last time.Time
	Busy        int
	// DateForm is the form that all values have, if they are dates written as
	// text or as a number; First, Last and Busy are set then.
	DateForm string
	// Private says that values are somebody's telephone number, mail address or
	// the like, by the column's name or by what they look like. Of masked ones
	// there are only counts here.
	Private bool
}

// Value is a value and how often it occurred in the sample.
type Value struct {
	Text  string
	Count int
}

// sample reads a bounded number of rows of every table into their columns'
// Stats. Columns that may hold secrets or personal data are not read. A table
// that cannot be read in time stays without, and is named in the log. Views and
// foreign tables come last, each by itself: nobody knows what they cost.
func sample(ctx context.Context, db catalog.DB, tables []*Table, language events.Language, masker *mask.Masker, log *zap.Logger) error {
	tables = slices.DeleteFunc(slices.Clone(tables), func(t *Table) bool { return len(t.Columns) == 0 || t.Closed() })
	apart := slices.DeleteFunc(slices.Clone(tables), func(t *Table) bool { return t.Kind.HasPages() })
	tables = slices.DeleteFunc(tables, func(t *Table) bool { return !t.Kind.HasPages() })
	for chunk := range slices.Chunk(tables, batchTables) {
		err := sampleBatch(ctx, db, chunk, masker)
		if refused(err) {
			err = sampleEach(ctx, db, chunk, language, masker, log)
		}
		if err != nil {
			return fmt.Errorf("sample tables: %w", err)
		}
	}
	if err := sampleEach(ctx, db, apart, language, masker, log); err != nil {
		return fmt.Errorf("sample views: %w", err)
	}
	return nil
}

// sampleEach goes on without the tables that the server refuses, and without
// the rest once eachTime is over.
func sampleEach(ctx context.Context, db catalog.DB, tables []*Table, language events.Language, masker *mask.Masker, log *zap.Logger) error {
	started := time.Now()
	for i, t := range tables {
		if time.Since(started) > eachTime {
			log.Warn(language.Sprintf("另有 %d 张表或视图没有样本：读取用时过长", "%d more tables and views give no sample: reading took too long", len(tables)-i))
			return nil
		}
		err := sampleBatch(ctx, db, []*Table{t}, masker)
		if refused(err) {
			log.Warn(language.Sprintf("%s 没有样本，相关问题不使用其中的值", "%s gives no sample; questions about it use none of its values", t.FullName()),
				zap.NamedError("reason", bizdb.Translate(err, language)))
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refused says that the server answered a statement with an error.
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer)
}

// sampleBatch samples tables in one transaction and round trip.
func sampleBatch(ctx context.Context, db catalog.DB, tables []*Table, masker *mask.Masker) error {
	return pgx.BeginTxFunc(ctx, db, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sampleSettings); err != nil {
			return err
		}
		var batch pgx.Batch
		for _, t := range tables {
			batch.Queue(sampleSQL(t)).Query(func(rows pgx.Rows) error { return t.gather(rows, masker) })
		}
		return tx.SendBatch(ctx, &batch).Close()
	})
}

// sampleSettings make values read alike everywhere, and samples alike each
// time.
var sampleSettings = fmt.Sprintf(`SET LOCAL statement_timeout = %d; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601'; `+
	`SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 0; SET LOCAL synchronize_seqscans = off; SET LOCAL max_parallel_workers_per_gather = 0`,
	sampleTime.Milliseconds())

// sampleSQL selects rows as arrays of text, from pages that are spread over
// the table and the same at each run.
func sampleSQL(t *Table) string {
	var list []string
	for _, c := range sampled(t) {
		expr := catalog.Quote(c.Name)
		if c.BaseType == "money" {
			expr += "::numeric"
		}
		list = append(list, fmt.Sprintf("left(%s::text, %d)", expr, maxValue+1))
	}
	name := t.FullName().SQL()
	if !t.Kind.HasPages() {
		return fmt.Sprintf("SELECT true, ARRAY[%s]::text[] FROM %s LIMIT %d", strings.Join(list, ", "), name, viewRows)
	}
	size := fmt.Sprintf("pg_relation_size(%s::regclass)", catalog.Literal(name))
	if t.Kind == catalog.PartitionedTable {
		size = fmt.Sprintf("(SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(%s::regclass))", catalog.Literal(name))
	}
	return fmt.Sprintf("SELECT %[4]s <= %[3]d, ARRAY[%[1]s]::text[] FROM %[2]s TABLESAMPLE SYSTEM (least(100, 100.0 * %[3]d / greatest(1, %[4]s))) REPEATABLE (1) LIMIT %[5]d",
		strings.Join(list, ", "), name, sampleBytes, size, sampleRows)
}

// sampled are the columns whose values are looked at.
func sampled(t *Table) []*Column {
	return slices.DeleteFunc(slices.Clone(t.Columns), func(c *Column) bool {
		if t.Closed() {
			return true
		}
		opaque := slices.Contains([]catalog.Category{catalog.JSON, catalog.Binary, catalog.Array, catalog.Composite, catalog.Range, catalog.Other}, c.Category)
		return opaque || c.Role == Hidden || c.Role == Personal || c.Role == Key && len(t.Key) > 1
	})
}

// gather reads a table's rows. Nothing is kept of rows that end in an error.
func (t *Table) gather(rows pgx.Rows, masker *mask.Masker) error {
	defer rows.Close()
	columns := sampled(t)
	values, names := make([]map[string]int, len(columns)), map[string]string{}
	judges := make([]*mask.Judge, len(columns))
	for i, c := range columns {
		values[i], judges[i] = map[string]int{}, masker.Column(t.MaskColumn(c.Column))
	}
	key, label := t.naming(columns)
	count, whole := 0, false
	for ; rows.Next(); count++ {
		var row []*string
		if err := rows.Scan(&whole, &row); err != nil {
			return err
		}
		for i, v := range row {
			if v != nil {
				values[i][*v]++
				judges[i].See([]byte(*v))
			}
		}
		if key >= 0 && label >= 0 && row[key] != nil && row[label] != nil {
			names[*row[key]] = *row[label]
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if label >= 0 {
		conceal(names, judges[label])
	}
	t.names, t.Sampled, t.Complete = names, count, whole && count < sampleRows && (t.Kind.HasPages() || count < viewRows)
	for i, c := range columns {
		c.Stats = summarize(c.Category, count, values[i], judges[i])
	}
	return nil
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

func summarize(category catalog.Category, rows int, counts map[string]int, judge *mask.Judge) *Stats {
	s := &Stats{Rows: rows, Nulls: rows, Distinct: len(counts)}
	for text, n := range counts {
		s.Nulls -= n
		s.Top = append(s.Top, Value{text, n})
		s.Counts = append(s.Counts, n)
		s.Longest = max(s.Longest, utf8.RuneCountInString(text))
	}
	slices.SortFunc(s.Top, func(a, b Value) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Text, b.Text)) })
	slices.SortFunc(s.Counts, func(a, b int) int { return b - a })
	s.DateForm = dateForm(category, s.Top)
	switch category {
	case catalog.Integer, catalog.Decimal:
		s.numbers(rows - s.Nulls)
	case catalog.Date, catalog.Timestamp:
		s.dates(rows-s.Nulls, time.DateOnly)
	case catalog.Text:
		s.Private = slices.ContainsFunc(s.Top[:min(50, len(s.Top))], func(v Value) bool { return private.MatchString(v.Text) })
	}
	if s.DateForm != "" {
		s.dates(rows-s.Nulls, dateForms[s.DateForm])
	}
	s.conceal(judge)
	return s
}

// conceal leaves only counts of a personal column, and of another one the most
// frequent values, but none in which something is masked or that was cut.
func (s *Stats) conceal(judge *mask.Judge) {
	if judge.Kind() != "" {
		*s = Stats{Rows: s.Rows, Nulls: s.Nulls, Distinct: s.Distinct, Longest: s.Longest, Counts: s.Counts, Private: true}
		return
	}
	var open []Value
	for _, v := range s.Top {
		if len(open) == topValues {
			break
		}
		if _, masked := judge.Mask(v.Text); !masked && utf8.RuneCountInString(v.Text) <= maxValue {
			open = append(open, v)
		}
	}
	s.Top = open
}

// conceal drops names in which something is masked.
func conceal(names map[string]string, judge *mask.Judge) {
	for key, name := range names {
		if _, masked := judge.Mask(name); masked {
			delete(names, key)
		}
	}
}

// private is what mail addresses, telephone and identity numbers, and long
// tokens look like.
var private = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$|^\+?[\d][\d\-() ]{9,18}[\dXx]$|^[0-9a-fA-F]{32,}$|^(postgres|https?)://`)

// binary says that there are the numbers 0 and 1, and no others.
func (s *Stats) binary() bool {
	return s.Distinct == 2 && s.Low == 0 && s.High == 1
}

func (s *Stats) numbers(n int) {
	all := make([]float64, 0, n)
	for _, v := range s.Top {
		if f, err := strconv.ParseFloat(v.Text, 64); err == nil {
			all = append(all, slices.Repeat([]float64{f}, v.Count)...)
		}
	}
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	last := len(all) - 1
	s.Low, s.Median, s.Upper, s.High = all[0], all[last/2], all[last*3/4], all[last]
}

// dateForms are the forms of dates in text and numbers, as to_date takes them,
// with the same as Go has it.
var dateForms = map[string]string{"YYYY-MM-DD": time.DateOnly, "YYYY/MM/DD": "2006/01/02", "YYYYMMDD": "20060102"}

// minDates is how many different dates it takes to take values for dates.
const minDates = 3

// dateForm is the form of dates that every value has; empty where there is none.
func dateForm(category catalog.Category, values []Value) string {
	if category != catalog.Text && category != catalog.Integer || len(values) < minDates {
		return ""
	}
	for form, layout := range dateForms {
		if !slices.ContainsFunc(values, func(v Value) bool {
			day, err := time.Parse(layout, v.Text)
			return err != nil || day.Year() < 1900 || day.Year() > 2100
		}) {
			return form
		}
	}
	return ""
}

func (s *Stats) dates(n int, layout string) {
	years := map[int]int{}
	for _, v := range s.Top {
		day, err := time.Parse(layout, v.Text[:min(len(layout), len(v.Text))])
		if err != nil {
			continue // infinity, or before Christ
		}
		years[day.Year()] += v.Count
		if s.First.IsZero() || day.Before(s.First) {
			s.First = day
		}
		if day.After(s.Last) {
			s.Last = day
		}
	}
	for year, count := range years {
		if 5*count >= n {
			s.Busy = max(s.Busy, year)
		}
	}
}
