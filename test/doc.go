// Package test holds what no service can show alone: the real binaries, run as
// processes over a real broker and real databases, used through their HTTP
// interface, and killed on the way.
package test
