// Package files keeps the output of tasks: what an execution writes before
// anybody may see it, the task's folder in the bucket, and the view of that
// folder that holds what manifests name and nothing else.
package files

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// BackupSuffix ends the name of a copy that a step kept of a file before it
// rewrote that file in place.
const BackupSuffix = ".backup"

// ErrName is wrapped by the refusal of a file name.
var ErrName = errors.New("not a plain file name")

// CheckName refuses, with ErrName, what is not a plain file name on every
// system: at most 255 bytes of UTF-8 without slashes, backslashes, colons or
// control characters, not a dot at its beginning, and not *.tmp, which names
// files in the making.
func CheckName(name string) error {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	switch {
	case name == "" || len(name) > 255 || !utf8.ValidString(name),
		strings.HasPrefix(name, "."), strings.HasSuffix(name, ".tmp"),
		strings.ContainsAny(name, `/\:`), strings.ContainsFunc(name, control):
		return fmt.Errorf("%w: %q", ErrName, name)
	}
	return nil
}
