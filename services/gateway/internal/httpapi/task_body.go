package httpapi

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/command"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
	"github.com/citu/datapipeline/services/gateway/internal/tablelist"
)

const (
	taskTypeAlias = "data_workflow"
	maxName       = 255
	maxPath       = 512
	maxTableName  = 512
)

// parameters are those of a task as everybody may see them: complete, and
// without secrets.
type parameters struct {
	DBConnection    string          `json:"db_connection,omitempty"`
	ConnectionName  string          `json:"connection_name,omitempty"`
	TableListFile   string          `json:"table_list_file,omitempty"`
	Tables          []string        `json:"tables,omitempty"`
	BusinessContext string          `json:"business_context"`
	OutputDir       string          `json:"output_dir,omitempty"`
	ExecutionMode   string          `json:"execution_mode"`
	SingleStep      int             `json:"single_step,omitempty"`
	StartStep       events.Step     `json:"start_step,omitempty"`
	EndStep         events.Step     `json:"end_step,omitempty"`
	SkipSteps       []events.Step   `json:"skip_steps,omitempty"`
	DBName          string          `json:"db_name,omitempty"`
	Language        events.Language `json:"language"`
	events.Options
}

// readTask reads the body of POST /tasks. Whatever is wrong with it is said at
// once; err is what else goes wrong.
func (a *API) readTask(ctx context.Context, o *jsonbody.Object, who string) (command.NewTask, error) {
	o.Require("task_type", "parameters")
	if t := o.Filled("task_type", maxName); t != "" && t != events.TaskTypeComplete && t != taskTypeAlias {
		o.Fault("task_type", apierr.NotOneOf, events.TaskTypeComplete+", "+taskTypeAlias)
	}
	p := o.Object("parameters")
	p.Require("business_context")
	n := command.NewTask{Actor: who}
	r := &n.Request
	r.Options = readOptions(p)
	selection := readSelection(p, r.Options)
	plan(p, selection, r)
	r.BusinessContext = p.Filled("business_context", events.MaxBusinessContext)
	r.Language = a.readLanguage(p)
	n.OutputDir = a.readOutputDir(p)

	conn, err := a.readConnection(p, true)
	if err != nil {
		return n, err
	}
	r.Connection = conn.Connection
	r.DBName = readDBName(p, conn)
	if err := a.readTables(ctx, p, r); err != nil {
		return n, err
	}
	if n.Parameters, err = marshal(shown(n, selection)); err != nil {
		return n, err
	}
	if len(n.Parameters) > events.MaxResult {
		o.Fault("parameters", apierr.ParametersTooLarge, events.MaxResult)
	}
	return n, o.Finish()
}

func shown(n command.NewTask, s events.Selection) parameters {
	r := n.Request
	p := parameters{
		DBConnection: r.Connection.Masked, ConnectionName: r.Connection.Name,
		TableListFile: r.TableListFile, BusinessContext: r.BusinessContext, OutputDir: n.OutputDir,
		ExecutionMode: s.Mode, SingleStep: s.Single.Number(), StartStep: s.Start, EndStep: s.End, SkipSteps: s.Skip,
		DBName: r.DBName, Language: r.Language, Options: r.Options,
	}
	if r.TableListFile == "" {
		p.Tables = r.Tables
	}
	return p
}

func (a *API) readLanguage(o *jsonbody.Object) events.Language {
	tag := o.Text("language", maxName)
	if tag == "" {
		return a.Language
	}
	l, err := events.ParseLanguage(tag)
	if err != nil {
		o.Fault("language", apierr.NotOneOf, string(events.Chinese)+", "+string(events.English))
	}
	return l
}

func (a *API) readOutputDir(o *jsonbody.Object) string {
	dir, err := a.Output.Prefix(o.Text("output_dir", maxPath))
	if err != nil {
		o.Fault("output_dir", apierr.InvalidOutputDir, a.Output.String())
	}
	return dir
}

// readDBName reads how the database is called in what people see: by default
// as it calls itself, or as its connection is called.
func readDBName(o *jsonbody.Object, c connection) string {
	name := o.Text("db_name", 128)
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) }) {
		o.Fault("db_name", apierr.InvalidName)
	}
	switch {
	case name != "":
		return name
	case c.Database != "":
		return c.Database
	}
	return c.Name
}

// readTables reads the tables themselves or the uploaded list that names them.
func (a *API) readTables(ctx context.Context, o *jsonbody.Object, r *events.Request) error {
	onlyOne(o, "table_list_file", "tables")
	place := "tables"
	var err error
	if o.Has("table_list_file") {
		place = "table_list_file"
		r.TableListFile = o.Filled(place, maxName)
		r.Tables, err = a.entries(ctx, r.TableListFile)
	} else if entries := o.Words(place, events.MaxTables, maxTableName); entries != nil {
		r.Tables, err = tablelist.Parse(strings.Join(entries, "\n"))
	}
	if fault, ok := tableListFault(err); ok {
		o.Fault(place, fault.Type, fault.Params...)
		return nil
	}
	return err
}

// entries are those of an uploaded list; none where its name was faulty
// already.
func (a *API) entries(ctx context.Context, name string) ([]string, error) {
	switch {
	case name == "":
		return nil, nil
	case !tablelist.ValidName(name):
		return nil, broker.ErrNotFound
	}
	return a.TableLists.Entries(ctx, name)
}

// tableListFault is what is wrong with a table list; ok is false for any other
// error.
func tableListFault(err error) (fault apierr.Detail, ok bool) {
	switch {
	case errors.Is(err, broker.ErrNotFound):
		fault.Type = apierr.TableListNotFound
	case errors.Is(err, tablelist.ErrNotText):
		fault.Type = apierr.TableListNotText
	case errors.Is(err, tablelist.ErrEmpty):
		fault.Type = apierr.TableListEmpty
	case errors.Is(err, tablelist.ErrTooMany):
		fault.Type, fault.Params = apierr.TableListTooMany, []any{events.MaxTables}
	case errors.Is(err, tablelist.ErrTooLarge):
		fault.Type = apierr.TableListTooLarge
	case errors.Is(err, tablelist.ErrTooLong):
		fault.Type = apierr.TableListTooLong
	}
	return fault, fault.Type != ""
}

// onlyOne notes the fault unless exactly one of two members is there.
func onlyOne(o *jsonbody.Object, a, b string) {
	switch first, second := o.Has(a), o.Has(b); {
	case first && second:
		o.Fault(b, apierr.OnlyOneOf, a+", "+b)
	case !first && !second:
		o.Fault(a, apierr.OneOfRequired, a+", "+b)
	}
}
