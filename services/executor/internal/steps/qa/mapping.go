package qa

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// mappingFile names the tables that step 1 documented, maxMapping bounds it.
const mappingFile, maxMapping = "filename_mapping.txt", 4 << 20

// tables are those that the mapping names.
func tables(run *steps.Run) ([]catalog.Name, error) {
	text, err := readMapping(run.In)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, steps.Fail(events.ClassUser, "step_input_missing", run.Language().Pick(
			"缺少 filename_mapping.txt，请先执行 ddl_generation。", "filename_mapping.txt is missing; run ddl_generation first."), err)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", mappingFile, err)
	}
	names, err := parseMapping(text)
	if err != nil {
		return nil, steps.Fail(events.ClassUser, "step_input_invalid", run.Language().Sprintf(
			"filename_mapping.txt 无法识别（%v），请重新执行 ddl_generation。", "filename_mapping.txt cannot be read (%v); run ddl_generation again.", err), err)
	}
	return names, nil
}

func readMapping(in fs.FS) (string, error) {
	f, err := in.Open(mappingFile)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // nothing was written
	data, err := io.ReadAll(io.LimitReader(f, maxMapping+1))
	if err == nil && len(data) > maxMapping {
		err = fmt.Errorf("more than %d bytes", maxMapping)
	}
	return string(data), err
}

// parseMapping reads lines of "schema.table -> t.ddl, t_detail.md".
func parseMapping(text string) ([]catalog.Name, error) {
	var names []catalog.Name
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		left, _, ok := strings.Cut(line, " -> ")
		name, valid := parseName(strings.TrimSpace(left))
		if !ok || !valid {
			return nil, fmt.Errorf("line %q", line)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil, errors.New("no table")
	}
	return names, nil
}

// parseName reads a name as catalog.Name.String writes it.
func parseName(text string) (catalog.Name, bool) {
	schema, rest, ok := parsePart(text)
	if !ok || !strings.HasPrefix(rest, ".") {
		return catalog.Name{}, false
	}
	table, rest, ok := parsePart(rest[1:])
	return catalog.Name{Schema: schema, Name: table}, ok && rest == ""
}

func parsePart(text string) (part, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		if i := strings.IndexByte(text, '.'); i >= 0 {
			return text[:i], text[i:], i > 0
		}
		return text, "", text != ""
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != '"':
			b.WriteByte(text[i])
		case i+1 < len(text) && text[i+1] == '"':
			b.WriteByte('"')
			i++
		default:
			return b.String(), text[i+1:], b.Len() > 0
		}
	}
	return "", "", false
}
