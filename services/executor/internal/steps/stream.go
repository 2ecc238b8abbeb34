package steps

import (
	"bytes"
	"io"
)

// Streamer is an Output that also takes files piece by piece, which need not fit
// into memory.
type Streamer interface {
	Output
	// WriteFrom keeps what write writes under a plain file name. When write fails,
	// its error is returned and the name keeps what it had.
	WriteFrom(name string, write func(io.Writer) error) error
}

// WriteFrom is the method of out where it has one; otherwise the file goes
// through memory.
func WriteFrom(out Output, name string, write func(io.Writer) error) error {
	if s, ok := out.(Streamer); ok {
		return s.WriteFrom(name, write)
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return out.WriteFile(name, b.Bytes())
}
