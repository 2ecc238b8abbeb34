package validate

import (
	"fmt"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

func modificationsName(run *steps.Run) string { return "file_modifications_" + run.Stamp() + ".log" }

// write leaves the step's files.
func write(run *steps.Run, src source, o Outcome, verdicts []*verdict, index []events.Pair) error {
	modifies := run.Request.Options.ModifyOriginalFile
	report, err := text.JSON(struct {
		File    string     `json:"file"`
		Summary Outcome    `json:"summary"`
		Pairs   []*verdict `json:"pairs"`
	}{src.name, o, verdicts})
	if err != nil {
		return err
	}
	encoded, err := pairs.EncodeIndex(index)
	if err != nil {
		return err
	}
	prefix := "sql_validation_" + run.Stamp()
	files := []file{
		{prefix + "_report.json", report},
		{prefix + "_summary.log", []byte(summary(run.Language(), src, o, verdicts))},
		{pairs.VerdictsFile, encoded},
	}
	if modifies {
		modified, err := modify(run, src, verdicts)
		if err != nil {
			return err
		}
		files = append(files, modified...)
	}
	for _, f := range files {
		if err := run.Out.WriteFile(f.name, f.data); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

type file struct {
	name string
	data []byte
}

// entries are the pairs with their checks, one for each ID, but for those that
// an index cannot hold. What people wrote may not have been described by anyone
// who knew the database.
func entries(verdicts []*verdict, modify bool, known relations) []events.Pair {
	list := []events.Pair{}
	seen := map[string]bool{}
	for _, v := range verdicts {
		p := v.entry
		p.SQL, p.Check = v.standing(modify), v.check(modify)
		if seen[p.ID] || p.Question == "" || len(p.Question) > pairs.MaxQuestion || p.SQL == "" || len(p.SQL) > pairs.MaxSQL {
			continue
		}
		seen[p.ID] = true
		if p.SQL != v.entry.SQL || p.Difficulty == "" || p.Source == events.SourcePerson {
			p.Tables, p.Shapes, p.Difficulty = known.describe(p.SQL)
		}
		list = append(list, p)
	}
	return list
}

// modify is the pair file without what does not pass, and what tells of it. A
// file of which nothing changes is left alone.
func modify(run *steps.Run, src source, verdicts []*verdict) ([]file, error) {
	var kept []pairs.Pair
	var rejected []*verdict
	changed := false
	for _, v := range verdicts {
		if v.passes(true) {
			kept = append(kept, v.pair())
		} else {
			rejected = append(rejected, v)
		}
		changed = changed || v.changes()
	}
	files := []file{
		{pairs.BackupName(src.name), src.data},
		{modificationsName(run), []byte(modifications(run.Language(), src, verdicts))},
	}
	if changed {
		data, err := pairs.Encode(kept)
		if err != nil {
			return nil, err
		}
		files = append(files, file{src.name, data})
	}
	if len(rejected) > 0 {
		data, err := text.JSON(rejected)
		if err != nil {
			return nil, err
		}
		files = append(files, file{pairs.RejectedName(run.Database, run.Stamp()), data})
	}
	return files, nil
}

// changes reports whether the pair file is another for this pair.
func (v *verdict) changes() bool { return !v.passes(true) || v.was == nil || v.pair() != *v.was }
