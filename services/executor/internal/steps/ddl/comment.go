package ddl

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// writings are comments that a model wrote for a table, where it has none.
type writings struct {
	table   string            // "" where the table has a comment
	columns map[string]string // by the names of columns that have none
}

// comment lets the model write the comments that are missing. What it does not
// write stays missing: the step goes on, with a warning.
func (w *work) comment(ctx context.Context) error {
	if w.run.Model == nil {
		return nil
	}
	w.recall()
	batches := w.batches()
	if len(batches) == 0 {
		return nil
	}
	w.run.Log.Info(w.lang.Sprintf("由模型补写缺少的注释，分 %[1]d 次询问", "The model writes missing comments, in %[2]s", len(batches), events.Count(len(batches), "request")))
	var mu sync.Mutex
	var faults []error
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(connections)
	for _, batch := range batches {
		group.Go(func() error {
			answers, err := w.askFor(groupCtx, batch)
			mu.Lock()
			defer mu.Unlock()
			for _, a := range answers {
				w.adopt(a)
			}
			if err != nil {
				faults = append(faults, err)
			}
			return groupCtx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	w.tellComments(errors.Join(faults...))
	return nil
}

// lacks says that a table or one of its columns has no comment.
func lacks(t *catalog.Table) bool {
	return oneLine(t.Comment) == "" || slices.ContainsFunc(t.Columns, func(c catalog.Column) bool { return oneLine(c.Comment) == "" })
}

// recall takes over what a model wrote for the earlier task about tables that
// did not change.
func (w *work) recall() {
	if len(w.reuse.tables) == 0 {
		return
	}
	earlier, err := ReadComments(w.run.Base.Files)
	if err != nil {
		w.cannotReuse(err)
		return
	}
	for t := range w.reuse.tables {
		if c, ok := earlier.of(t); ok {
			w.adopt(c)
		}
	}
}

// adopt takes over what a model wrote, where there is no comment.
func (w *work) adopt(a commentedTable) {
	i := slices.IndexFunc(w.schema.Tables, func(t *catalog.Table) bool { return t.FullName().String() == a.Table })
	if i < 0 {
		return
	}
	t := w.schema.Tables[i]
	name := t.FullName()
	got, there := w.generated[name]
	if !there {
		got.columns = map[string]string{}
	}
	if oneLine(t.Comment) == "" && got.table == "" {
		got.table = oneLine(a.Comment)
	}
	for _, c := range a.Columns {
		column := t.Column(c.Name)
		if column != nil && oneLine(column.Comment) == "" && oneLine(c.Comment) != "" {
			got.columns[c.Name] = oneLine(c.Comment)
		}
	}
	if got.table != "" || len(got.columns) > 0 {
		w.generated[name] = got
	}
}

// tellComments says what came of it.
func (w *work) tellComments(fault error) {
	count := w.commentCount()
	w.run.Log.Info(w.lang.Sprintf("模型补写了 %[1]d 张表、%[2]d 个字段的注释", "The model wrote comments of %[3]s and %[4]s", count.Tables, count.Columns,
		events.Count(count.Tables, "table"), events.Count(count.Columns, "column")))
	if fault == nil {
		return
	}
	w.warnings++
	w.run.Log.Warn(w.lang.Sprintf("部分注释仍然缺少：%s", "Some comments are still missing: %s", w.run.Model.Reason(fault, w.lang)))
}

// CommentCount is how many comments a model wrote.
type CommentCount struct {
	Tables  int `json:"tables"`
	Columns int `json:"columns"`
}

func (w *work) commentCount() (n CommentCount) {
	for _, g := range w.generated {
		if g.table != "" {
			n.Tables++
		}
		n.Columns += len(g.columns)
	}
	return n
}

// generatedBy is who wrote the documents.
func (w *work) generatedBy() string {
	if len(w.generated) > 0 {
		return "mixed"
	}
	return "rules"
}

// told is a table with the comments that a model wrote, for everything but
// COMMENT statements, which keep to what the database says.
func (b *book) told(t *catalog.Table) *catalog.Table {
	wrote, there := b.generated[t.FullName()]
	if !there {
		return t
	}
	told := *t
	if oneLine(told.Comment) == "" {
		told.Comment = wrote.table
	}
	told.Columns = slices.Clone(t.Columns)
	for i := range told.Columns {
		if c := &told.Columns[i]; oneLine(c.Comment) == "" {
			c.Comment = wrote.columns[c.Name]
		}
	}
	return &told
}

// maxNamed is how many columns a note names.
const maxNamed = 12

// commentNote says which comments of a table a model wrote.
func (b *book) commentNote(t *catalog.Table) []string {
	wrote, there := b.generated[t.FullName()]
	if !there {
		return nil
	}
	var written []string
	if wrote.table != "" {
		written = append(written, b.lang.Pick("表注释", "the table's"))
	}
	var columns []string
	for _, c := range t.Columns {
		if wrote.columns[c.Name] != "" {
			columns = append(columns, c.Name)
		}
	}
	written = append(written, columns[:min(len(columns), maxNamed)]...)
	list := joined(b.lang.Pick("、", ", "), written)
	if more := len(columns) - maxNamed; more > 0 {
		list += b.lang.Sprintf("等 %d 个字段", " and %[2]d more", len(columns), more)
	}
	return []string{b.lang.Sprintf("以下注释由 AI 生成，未经核对：%s", "comments written by AI and not reviewed: %s", list)}
}
