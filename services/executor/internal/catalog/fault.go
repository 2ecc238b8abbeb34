package catalog

import "fmt"

// ListError is what is wrong with a table list.
type ListError struct{ Faults []Fault }

func (e *ListError) Error() string {
	return fmt.Sprintf("table list: %s at %q and %d more", e.Faults[0].Type, e.Faults[0].Entry, len(e.Faults)-1)
}

// Fault is one thing that is wrong with a table list.
type Fault struct {
	Type  FaultType
	Entry string // as written
	Line  int    // counted from 1; 0 where it concerns the whole list
	// Reason says more of what is invalid.
	Reason Reason
	// Near are names that may have been meant, or among which to choose.
	Near []string
	// Limit is the one that was exceeded.
	Limit int
}

// FaultType is a stable identifier of what is wrong.
type FaultType string

// The types of faults.
const (
	ListEmpty      FaultType = "table_list_empty"
	ListTooLong    FaultType = "table_list_too_long"
	ListInvalid    FaultType = "table_list_invalid"
	TableNotFound  FaultType = "table_not_found"
	TableAmbiguous FaultType = "table_ambiguous"
)

// Reason is why an entry is invalid.
type Reason string

// The reasons.
const (
	BadQuote     Reason = "quote"    // without its partner, or within a name
	TooManyParts Reason = "parts"    // more than schema and table
	MissingPart  Reason = "missing"  // before or after a dot
	BadWildcard  Reason = "wildcard" // within a name
	TooLong      Reason = "long"     // more than 512 bytes
	NoText       Reason = "text"     // control characters, or not UTF-8
)
