package ddl

import (
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// discreet is the table with comments as people and models may read them. The
// .ddl, which makes the table again as it is, keeps them as they stand.
func (w *work) discreet(t *catalog.Table) *catalog.Table { return t.Discreet(w.masker) }

// sayMasked tells what became of personal data.
func (w *work) sayMasked() {
	say := w.run.Log.Info
	if w.masker.Mode() == events.MaskOff {
		say = w.run.Log.Warn
	}
	say(w.masker.Summary(w.lang))
}
