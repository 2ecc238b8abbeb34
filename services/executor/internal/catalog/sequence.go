package catalog

import (
	"fmt"
	"math"
	"strings"
)

// Sequence is a sequence's definition; its present value is not part of it.
type Sequence struct {
	Schema    string
	Name      string
	Type      string // smallint, integer or bigint
	Start     int64
	Increment int64
	Min       int64
	Max       int64
	Cache     int64
	Cycle     bool
}

func (s *Sequence) definition() string {
	def := "CREATE SEQUENCE " + Name{s.Schema, s.Name}.SQL()
	if s.Type != "bigint" {
		def += " AS " + s.Type
	}
	if options := s.Options(); options != "" {
		def += " " + options
	}
	return def + ";"
}

// Options are the sequence's options as SQL, without its type and without
// those that are the default; often empty.
func (s *Sequence) Options() string {
	var options []string
	add := func(differs bool, format string, args ...any) {
		if differs {
			options = append(options, fmt.Sprintf(format, args...))
		}
	}
	low, high := s.bounds()
	add(s.Increment != 1, "INCREMENT BY %d", s.Increment)
	add(s.Min != low, "MINVALUE %d", s.Min)
	add(s.Max != high, "MAXVALUE %d", s.Max)
	add(s.Start != s.first(), "START WITH %d", s.Start)
	add(s.Cache != 1, "CACHE %d", s.Cache)
	add(s.Cycle, "CYCLE")
	return strings.Join(options, " ")
}

// bounds are the default bounds of a sequence of that type and direction.
func (s *Sequence) bounds() (low, high int64) {
	low, high = math.MinInt64, math.MaxInt64
	switch s.Type {
	case "smallint":
		low, high = math.MinInt16, math.MaxInt16
	case "integer":
		low, high = math.MinInt32, math.MaxInt32
	}
	if s.Increment > 0 {
		return 1, high
	}
	return low, -1
}

// first is the default start.
func (s *Sequence) first() int64 {
	if s.Increment > 0 {
		return s.Min
	}
	return s.Max
}
