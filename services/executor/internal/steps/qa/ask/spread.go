package ask

// Spread is how often questions of each kind and form were asked about the themes
// of a database so far. Its zero value is that of the first theme.
type Spread struct {
	kinds         map[kind]int
	forms         map[string]int
	rounds, total int
}

// Add counts the questions that were chosen for a theme.
func (s *Spread) Add(list []Question) {
	if s.kinds == nil {
		s.kinds, s.forms = map[kind]int{}, map[string]int{}
	}
	s.rounds++
	s.total += len(list)
	for _, q := range list {
		s.kinds[sort(q.kind)]++
		s.forms[q.form]++
	}
}

// The weight of being of a sort that is rare so far, and of a form that all of many
// themes were asked; after few themes it is less, since what is asked most often is
// also most useful.
const rare, worn, few = 60, 80, 3

// favour is by how much a question gains from what was asked about other themes;
// here are the kinds that were chosen for its own.
func (s *Spread) favour(q Question, here map[kind]int) int {
	if s.rounds == 0 {
		return 0
	}
	n := -worn * s.forms[q.form] / (s.rounds + few)
	if k := sort(q.kind); wanted[k] && here[q.kind] == 0 && len(wanted)*s.kinds[k] < s.total/2 {
		n += rare
	}
	return n
}

// wanted are the sorts of which every database should have some.
var wanted = map[kind]bool{filter: true, group: true, join: true, deep: true, window: true, sets: true, anti: true, dates: true}

// sort puts the kinds together that exercise the same.
func sort(k kind) kind {
	if k == trend {
		return dates
	}
	return k
}
