package snapshot

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
)

// Changes is schema_changes.json: what became of a database's catalogue since
// an earlier task, within the tables of either task's list.
type Changes struct {
	// BaseTaskID and BaseSchemaVersion are those of the earlier task; nil where
	// there is none, and then every table is an added one.
	BaseTaskID        *string `json:"base_task_id"`
	SchemaVersion     string  `json:"schema_version"`
	BaseSchemaVersion *string `json:"base_schema_version"`

	Tables TableChanges `json:"tables"`
	// Objects are changes of types, sequences and functions.
	Objects []Change `json:"objects"`
	// Summary says it all in one sentence.
	Summary string `json:"summary"`
}

// TableChanges divides the tables, each list sorted.
type TableChanges struct {
	// Added tables are in this task and not in the earlier one; they may be new
	// in the database or in the list. Removed ones are the reverse.
	Added     []string      `json:"added"`
	Removed   []string      `json:"removed"`
	Changed   []TableChange `json:"changed"`
	Unchanged int           `json:"unchanged"`
}

// TableChange is what changed in a table's definition.
type TableChange struct {
	Table   string   `json:"table"`
	Changes []Change `json:"changes"`
}

// Change is one difference. What has another name is another thing: a renamed
// column is one that was removed and one that was added.
type Change struct {
	// Kind is one of the constants below.
	Kind string `json:"kind"`
	// Column, Constraint, Index and Object name what it is about, where that is
	// not the table itself; at most one is set.
	Column     string `json:"column,omitempty"`
	Constraint string `json:"constraint,omitempty"`
	Index      string `json:"index,omitempty"`
	Object     string `json:"object,omitempty"`
	// Before and After are the definitions as SQL or text, cut after MaxValue
	// characters. One that is absent was not there.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Text says it in the task's language.
	Text string `json:"text"`
}

// The kinds of changes.
const (
	ColumnAdded         = "column_added"
	ColumnRemoved       = "column_removed"
	ColumnsReordered    = "columns_reordered"
	TypeChanged         = "type_changed"
	NullabilityChanged  = "nullability_changed"
	DefaultChanged      = "default_changed"
	GenerationChanged   = "generation_changed"
	IdentityChanged     = "identity_changed"
	CollationChanged    = "collation_changed"
	CommentChanged      = "comment_changed"
	LabelsChanged       = "labels_changed" // of an enum
	ConstraintAdded     = "constraint_added"
	ConstraintRemoved   = "constraint_removed"
	ConstraintChanged   = "constraint_changed"
	IndexAdded          = "index_added"
	IndexRemoved        = "index_removed"
	IndexChanged        = "index_changed"
	KindChanged         = "kind_changed" // a table became a view
	PersistenceChanged  = "persistence_changed"
	PartitioningChanged = "partitioning_changed"
	InheritanceChanged  = "inheritance_changed"
	QueryChanged        = "query_changed"   // of a view
	ServerChanged       = "server_changed"  // of a foreign table
	OptionsChanged      = "options_changed" // of a view, a foreign table or its column
	ObjectAdded         = "object_added"
	ObjectRemoved       = "object_removed"
	ObjectChanged       = "object_changed"
)

// MaxValue is how many characters of a definition a change holds.
const MaxValue = 4000

// Encode is the file that holds the changes: JSON, indented by two.
func (c *Changes) Encode() []byte { return canonical(c, "  ") }

// DecodeChanges reads what Encode wrote; readers of later versions pass over
// keys that they do not know. Its errors wrap ErrMalformed.
func DecodeChanges(data []byte) (*Changes, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrMalformed, len(data), MaxSize)
	}
	var c Changes
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if c.Tables.Unchanged < 0 {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, errors.New("fewer than no tables"))
	}
	return &c, nil
}

// Since compares now with what an earlier task found; before is nil where there
// is no such task. The words are in lang.
func (s *Snapshot) Since(before *Snapshot, baseTaskID string, lang events.Language) *Changes {
	c := &Changes{SchemaVersion: s.SchemaVersion}
	if before == nil {
		before = &Snapshot{}
	} else {
		c.BaseTaskID, c.BaseSchemaVersion = &baseTaskID, &before.SchemaVersion
	}
	d := differ{lang}
	c.Tables, c.Objects = d.tables(before.Tables, s.Tables), d.objects(before.Objects, s.Objects)
	c.Summary = d.summary(c)
	return c
}

// None says that nothing differs.
func (c *Changes) None() bool {
	return len(c.Tables.Added)+len(c.Tables.Removed)+len(c.Tables.Changed)+len(c.Objects) == 0
}

func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit]) + "…"
}
