// Package bench measures the pipeline as a whole: the four services in one
// process, over a real broker and a real database, used through HTTP. What
// belongs to one package is measured beside it; "make bench" runs all of them.
//
// Numbers of one machine say little on another, so every benchmark also reports
// a ratio to a peer, or to a limit, measured in the same run.
package bench
