package httpapi

import (
	"cmp"
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
)

var maskings = []string{events.MaskData, events.SchemaOnly, events.MaskOff}

// readOptions reads the options of a new task. Those that nobody named are
// spelt out, so that the task shows what it does; numbers of themes and questions
// are not, since those that are named are not exceeded.
func readOptions(o *jsonbody.Object) events.Options {
	d := events.DefaultOptions()
	options := events.Options{
		EnableSQLValidation:    o.Bool("enable_sql_validation", d.EnableSQLValidation),
		EnableLLMRepair:        o.Bool("enable_llm_repair", d.EnableLLMRepair),
		ModifyOriginalFile:     o.Bool("modify_original_file", d.ModifyOriginalFile),
		EnableTrainingDataLoad: o.Bool("enable_training_data_load", d.EnableTrainingDataLoad),
		Masking:                events.MaskData,
	}
	readChanges(o)(&options)
	return options
}

// readChanges reads the options that a later request may change too, and
// returns the change that those which are there make.
func readChanges(o *jsonbody.Object) func(*events.Options) {
	var changes []func(*events.Options)
	number := func(name string, most int, field func(*events.Options) *int) {
		if n, ok := o.Integer(name, 1, most); ok {
			changes = append(changes, func(p *events.Options) { *field(p) = n })
		}
	}
	flag := func(name string, field func(*events.Options) *bool) {
		if o.Has(name) {
			v := o.Bool(name, false)
			changes = append(changes, func(p *events.Options) { *field(p) = v })
		}
	}
	if masking := readOneOf(o, "masking", maskings); masking != "" {
		changes = append(changes, func(p *events.Options) { p.Masking = masking })
	}
	number("themes", events.MaxThemes, func(p *events.Options) *int { return &p.Themes })
	number("questions_per_theme", events.MaxQuestionsPerTheme, func(p *events.Options) *int { return &p.QuestionsPerTheme })
	flag("disable_model", func(p *events.Options) *bool { return &p.DisableModel })
	flag("full_refresh", func(p *events.Options) *bool { return &p.FullRefresh })
	flag("load_approved_only", func(p *events.Options) *bool { return &p.LoadApprovedOnly })
	flag("backup_vector_tables", func(p *events.Options) *bool { return &p.BackupVectorTables })
	return func(p *events.Options) {
		for _, change := range changes {
			change(p)
		}
	}
}

// readOneOf reads a member that has one of the values; "" where it is absent or
// faulty.
func readOneOf(o *jsonbody.Object, name string, values []string) string {
	v := o.Filled(name, maxName)
	if v != "" && !slices.Contains(values, v) {
		o.Fault(name, apierr.NotOneOf, joined(values))
		return ""
	}
	return v
}

// optionsView are events.Options as a task shows them: all of them.
type optionsView struct {
	EnableSQLValidation    bool `json:"enable_sql_validation"`
	EnableLLMRepair        bool `json:"enable_llm_repair"`
	ModifyOriginalFile     bool `json:"modify_original_file"`
	EnableTrainingDataLoad bool `json:"enable_training_data_load"`

	Masking            string `json:"masking"`
	Themes             int    `json:"themes"`
	QuestionsPerTheme  int    `json:"questions_per_theme"`
	DisableModel       bool   `json:"disable_model"`
	FullRefresh        bool   `json:"full_refresh"`
	LoadApprovedOnly   bool   `json:"load_approved_only"`
	BackupVectorTables bool   `json:"backup_vector_tables"`
}

func viewOptions(o events.Options) optionsView {
	o.Masking = cmp.Or(o.Masking, events.MaskData)
	o.Themes = cmp.Or(o.Themes, events.DefaultThemes)
	o.QuestionsPerTheme = cmp.Or(o.QuestionsPerTheme, events.DefaultQuestionsPerTheme)
	return optionsView(o)
}
