package ddl

import (
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// discreet is the table with comments as they may be read: an example that
// somebody put into one is masked like those taken from rows. The .ddl, which
// makes the table again as it is, keeps them.
func (w *work) discreet(t *catalog.Table) *catalog.Table {
	masked := *t
	masked.Comment = w.masker.Text(t.Comment)
	masked.Columns = slices.Clone(t.Columns)
	for i := range masked.Columns {
		masked.Columns[i].Comment = w.masker.Text(t.Columns[i].Comment)
	}
	return &masked
}

// sayMasked tells what became of personal data.
func (w *work) sayMasked() {
	say := w.run.Log.Info
	if w.masker.Mode() == events.MaskOff {
		say = w.run.Log.Warn
	}
	say(w.masker.Summary(w.lang))
}
