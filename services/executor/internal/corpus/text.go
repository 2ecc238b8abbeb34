package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"
)

const (
	// maxFile bounds a file that is read.
	maxFile = 8 << 20
	// maxText bounds a document, in bytes; longer files are split at line breaks.
	maxText = 64 << 10
)

var errInvalid = errors.New("no training text")

// readTexts reads a file as documents.
func readTexts(fsys fs.FS, name string) ([]string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open training data: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, err)
	case len(data) > maxFile:
		return nil, fmt.Errorf("%w: larger than %d bytes", errInvalid, maxFile)
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		return nil, fmt.Errorf("%w: not text in UTF-8", errInvalid)
	}
	return split(strings.TrimSpace(string(data)), maxText), nil
}

// split cuts text that is longer than a limit at line breaks, and lines that
// are longer anywhere. Every part begins with the first line, which says what
// it is about, unless that is long itself.
func split(text string, limit int) []string {
	if text == "" {
		return nil
	}
	if len(text) <= limit {
		return []string{text}
	}
	heading, _, _ := strings.Cut(text, "\n")
	heading += "\n"
	if len(heading) > limit/8 {
		heading = ""
	}
	var parts []string
	part := ""
	for line := range strings.Lines(strings.TrimPrefix(text, heading)) {
		for piece := range pieces(line, limit-len(heading)) {
			if len(heading)+len(part)+len(piece) > limit {
				parts, part = append(parts, strings.TrimSpace(heading+part)), ""
			}
			part += piece
		}
	}
	return append(parts, strings.TrimSpace(heading+part))
}

// pieces yields text in pieces of at most limit bytes, of whole characters.
func pieces(text string, limit int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for text != "" {
			end := min(limit, len(text))
			for end < len(text) && !utf8.RuneStart(text[end]) {
				end--
			}
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
	}
}
