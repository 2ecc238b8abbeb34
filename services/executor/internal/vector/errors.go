package vector

import (
	"errors"
	"fmt"
)

var (
	// ErrBusy means that another load of the same database did not end in time.
	ErrBusy = errors.New("another load holds the lock")
	// ErrLayout means that langchain's tables exist in another form than its
	// current one, as those of langchain_community before 2024 do.
	ErrLayout = errors.New("tables of another layout")
)

// ExtensionError means that the extension vector is not there and could not be
// created.
type ExtensionError struct {
	// Available says that the server has its files, so that only the right to
	// create it is missing.
	Available bool
	// Major is the server's major version.
	Major int
}

func (e *ExtensionError) Error() string {
	if e.Available {
		return "extension vector is not created and the role may not create it"
	}
	return fmt.Sprintf("extension vector is not installed for PostgreSQL %d", e.Major)
}

// MismatchError means that what is stored was made by another embedder.
type MismatchError struct {
	Collection string
	// Have is the embedder of what is stored, as far as it is recorded; its name
	// is "" where it is not.
	Have, Want Embedder
}

// Embedder is what a collection records of its vectors.
type Embedder struct {
	Name      string `json:"embedder"`
	Dimension int    `json:"dimension"`
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("collection %s holds vectors of %q with %d dimensions, not of %q with %d",
		e.Collection, e.Have.Name, e.Have.Dimension, e.Want.Name, e.Want.Dimension)
}
