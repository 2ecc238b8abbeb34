package events

import "time"

// The types of output files, by the end of their names.
const (
	FileDDL   = "ddl"
	FileMD    = "md"
	FileJSON  = "json"
	FileLog   = "log"
	FileTXT   = "txt"
	FileCSV   = "csv"
	FileOther = "other"
)

// OutputRegistered says that a file is in the task's output, new or changed.
type OutputRegistered struct {
	TaskID string `json:"task_id"`
	// Request is the newest request of the task at that time.
	Request uint64 `json:"request"`
	// ExecutionID is the execution that left the file; empty where unknown.
	ExecutionID string `json:"execution_id,omitempty"`
	File
	// Path is the file's key in the bucket.
	Path string `json:"path"`
	// FileType is one of the types.
	FileType    string    `json:"file_type"`
	Description string    `json:"description,omitempty"`
	ModifiedAt  time.Time `json:"modified_at"`
	// IsPrimary marks what most people come for.
	IsPrimary bool `json:"is_primary"`
	// IsDownloadable is false above the deployment's size limit.
	IsDownloadable bool `json:"is_downloadable"`
}

func (*OutputRegistered) Type() Type     { return TypeOutputRegistered }
func (e *OutputRegistered) Task() string { return e.TaskID }

func (e *OutputRegistered) Validate() error {
	return check(
		field("task_id", ValidTaskID(e.TaskID)),
		field("request", e.Request > 0),
		field("execution_id", len(e.ExecutionID) <= 128),
		e.File.validate(),
		field("path", e.Path != "" && len(e.Path) <= 2048),
		field("file_type", e.FileType != "" && len(e.FileType) <= 16),
		field("description", len(e.Description) <= MaxMessage),
		field("modified_at", !e.ModifiedAt.IsZero()),
	)
}

// OutputRemoved says that a file is no longer in the task's output.
type OutputRemoved struct {
	TaskID  string `json:"task_id"`
	Request uint64 `json:"request"`
	Name    string `json:"name"`
}

func (*OutputRemoved) Type() Type     { return TypeOutputRemoved }
func (e *OutputRemoved) Task() string { return e.TaskID }

func (e *OutputRemoved) Validate() error {
	return check(
		field("task_id", ValidTaskID(e.TaskID)),
		field("request", e.Request > 0),
		field("name", e.Name != "" && len(e.Name) <= 255),
	)
}

// OutputScanned says that the output of a closed request is registered, whole.
type OutputScanned struct {
	TaskID  string `json:"task_id"`
	Request uint64 `json:"request"`
	Files   int    `json:"files"`
	Bytes   int64  `json:"bytes"`
}

func (*OutputScanned) Type() Type     { return TypeOutputScanned }
func (e *OutputScanned) Task() string { return e.TaskID }

func (e *OutputScanned) Validate() error {
	return check(
		field("task_id", ValidTaskID(e.TaskID)),
		field("request", e.Request > 0),
		field("files", e.Files >= 0),
		field("bytes", e.Bytes >= 0),
	)
}
