package repair

import (
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// Propose proposes over a small schema.
func Propose(f validate.Fault) string {
	s := &schema{[]*table{
		{catalog.Name{Schema: "public", Name: "c"}, true, []string{"b", "bb"}},
		{catalog.Name{Schema: "e", Name: "f"}, false, []string{"b", "i"}},
	}}
	return propose(s, f)
}
