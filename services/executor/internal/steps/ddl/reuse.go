package ddl

import (
	"io/fs"
	"maps"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
)

// reuse is what an earlier task on the same database spares this one. Documents
// are always written anew, which takes a constant number of queries and is
// right whatever changed around a table; what is taken over is what costs rows:
// the examples of tables whose definition is the same.
type reuse struct {
	now    *snapshot.Snapshot // of all tables that were read
	before *snapshot.Snapshot // nil without an earlier task
	prints map[string]string  // fingerprints of now, by table
	// tables are those that did not change, and whose examples are taken over.
	tables map[catalog.Name]bool
}

// lookBack compares the catalogue with the earlier task's and takes over the
// examples of tables that did not change. What cannot be read is done anew.
func (w *work) lookBack() {
	w.reuse = reuse{now: snapshot.Of(w.schema), tables: map[catalog.Name]bool{}}
	w.reuse.prints = w.reuse.now.Fingerprints()
	base := w.run.Base
	if base == nil {
		return
	}
	before, err := snapshot.Read(base.Files)
	if err != nil {
		w.cannotReuse(err)
		return
	}
	w.reuse.before = before
	if !base.Reusable {
		return
	}
	if err := w.takeOver(base.Files); err != nil {
		w.cannotReuse(err)
		return
	}
	w.run.Log.Info(w.lang.Sprintf("沿用任务 %[2]s 的示例与注释：%[1]d 张没有变化的表", "The examples and comments of task %[2]s are taken over for %[1]d tables that did not change", len(w.reuse.tables), base.TaskID))
}

// takeOver takes the examples of unchanged tables; where no row is read there
// are none to take.
func (w *work) takeOver(files fs.FS) error {
	earlier, err := readSamples(files)
	if err != nil {
		return err
	}
	before, again := w.reuse.before.Fingerprints(), w.behindNewViews(earlier)
	for _, t := range w.schema.Tables {
		name := t.FullName()
		s, sampled := earlier[name.String()]
		switch {
		case !w.masker.Reads():
			w.reuse.tables[name] = before[name.String()] == w.print(t)
		case sampled && s.fits(t, w.print(t)) && !again[name]:
			w.samples[name], w.reuse.tables[name] = s.samples(), true
			w.masker.Carry(s.Masked...)
		}
	}
	maps.DeleteFunc(w.reuse.tables, func(_ catalog.Name, taken bool) bool { return !taken })
	return nil
}

// behindNewViews are the tables that have to be read anew, unchanged or not, since
// a view that is read shows nothing that is masked in them.
func (w *work) behindNewViews(earlier map[string]sampledTable) map[catalog.Name]bool {
	again := map[catalog.Name]bool{}
	for _, t := range w.schema.Tables {
		if s, sampled := earlier[t.FullName().String()]; t.View == nil || sampled && s.fits(t, w.print(t)) {
			continue
		}
		for _, name := range t.View.Tables {
			again[name] = len(earlier[name.String()].Masked) > 0
		}
	}
	return again
}

func (w *work) cannotReuse(err error) {
	w.run.Log.Warn(w.lang.Sprintf("任务 %s 的文件无法沿用，全部重新生成", "The files of task %s cannot be taken over: everything is made anew", w.run.Base.TaskID), zap.Error(err))
}

func (w *work) print(t *catalog.Table) string { return w.reuse.prints[t.FullName().String()] }

// toSample are the tables whose rows have to be read.
func (w *work) toSample() []*catalog.Table {
	var tables []*catalog.Table
	for _, t := range w.schema.Tables {
		if !w.reuse.tables[t.FullName()] {
			tables = append(tables, t)
		}
	}
	return tables
}

// account keeps what a later task needs, and says what changed.
func (w *work) account() error {
	now := w.described()
	changes := now.Since(w.reuse.before, w.baseID(), w.lang)
	for _, line := range changes.Lines(w.lang.Sprintf) {
		w.run.Log.Info(w.masker.Text(line))
	}
	w.changed = len(changes.Tables.Added) + len(changes.Tables.Changed)
	samples, err := encodeSamples(w.sampled())
	if err != nil {
		return err
	}
	return w.putAll(map[string]string{
		snapshot.FileName: string(now.Encode()), snapshot.ChangesName: string(changes.Encode()), samplesFile: samples,
	})
}

func (w *work) baseID() string {
	if w.run.Base == nil {
		return ""
	}
	return w.run.Base.TaskID
}

// described is the snapshot of the tables that were not left out meanwhile.
func (w *work) described() *snapshot.Snapshot {
	there := map[catalog.Name]bool{}
	for _, t := range w.schema.Tables {
		there[t.FullName()] = true
	}
	return w.reuse.now.Without(func(n catalog.Name) bool { return !there[n] })
}

// sampled are the tables whose rows were read, now or by the earlier task.
func (w *work) sampled() []sampledTable {
	tables := []sampledTable{}
	for _, t := range w.schema.Tables {
		name := t.FullName()
		if samples, ok := w.samples[name]; ok {
			tables = append(tables, newSampledTable(t, w.print(t), samples, w.masker.Of(name.String())))
		}
	}
	return tables
}
