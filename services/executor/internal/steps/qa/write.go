package qa

import (
	"fmt"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

// write leaves the step's files.
func (w *work) write() error {
	list := make([]pairs.Pair, len(w.list))
	for i, p := range w.list {
		list[i] = pairs.Pair{Question: p.Question, SQL: p.SQL}
	}
	encoded, err := pairs.Encode(list)
	if err != nil {
		return fmt.Errorf("encode pairs: %w", err)
	}
	subjects := w.answered()
	index, err := encodeThemes(subjects)
	if err != nil {
		return err
	}
	refused, err := w.model.encodeRefused()
	if err != nil {
		return err
	}
	themes := make([]theme.Theme, len(subjects))
	for i, s := range subjects {
		themes[i] = s.Theme
	}
	for _, f := range []struct {
		name string
		data []byte
	}{
		{pairs.FileName(w.Database, w.Stamp()), encoded},
		{ThemesFile, index},
		{"metadata.txt", metadata(w.db, themes)},
		{"metadata_detail.md", metadataDetail(w.db, themes)},
		{"db_query_decision_prompt.txt", decisionPrompt(w.db, themes)},
		{RefusedFile, refused},
	} {
		if f.data == nil {
			continue
		}
		if err := w.Out.WriteFile(f.name, f.data); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return pairs.WriteIndex(w.Out, pairs.IndexFile, w.list)
}

func encodeThemes(subjects []subject) ([]byte, error) {
	entries := make([]ThemeEntry, len(subjects))
	for i, s := range subjects {
		entries[i] = s.entry()
	}
	data, err := text.JSON(entries)
	if err != nil {
		return nil, fmt.Errorf("encode themes: %w", err)
	}
	return data, nil
}
