package apierr

import "maps"

// row is what is said about a type of error. The two sentences take the same
// parameters in the same order.
type row struct {
	status int // of an answer; that of a detail is its answer's
	zh, en string
}

// catalogue holds the rows of all types.
var catalogue = merge(general, faults, writes, reads, pairs, training)

func merge(tables ...map[Type]row) map[Type]row {
	all := map[Type]row{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// Types returns all types with the HTTP status of each, in no particular order.
func Types() map[Type]int {
	all := make(map[Type]int, len(catalogue))
	for t, r := range catalogue {
		all[t] = r.status
	}
	return all
}
