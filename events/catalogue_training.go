package events

import (
	"strings"
	"time"
)

// The questions about training data: what the executors' vector store holds and
// what it would give for a question. They are asked as those about business
// databases are, of the same service.
const (
	SubjectTrainingList     = "pipeline_catalogue.training_list"     // TrainingListing → TrainingPage
	SubjectTrainingRetrieve = "pipeline_catalogue.training_retrieve" // TrainingQuery → TrainingMatches
)

// Bounds of questions about training data and of their answers.
const (
	// MaxTrainingPage is the greatest number of documents in one answer, which
	// is also its default; a page of long documents may hold fewer.
	MaxTrainingPage = 200
	// MaxTrainingCount is up to where documents are counted.
	MaxTrainingCount = 10_000
	// MaxTrainingDatabases is how many databases a name stands for are named.
	MaxTrainingDatabases = 20
	// MaxTrainingText is how many bytes of a document an answer holds.
	MaxTrainingText = 4 << 10
	// MaxTopK is the greatest TrainingQuery.TopK, DefaultTopK the meaning of 0.
	MaxTopK     = 50
	DefaultTopK = 5
)

// The kinds of training data.
const (
	TrainingSQL           = "sql"
	TrainingDDL           = "ddl"
	TrainingDocumentation = "documentation"
)

// TrainingRetention is how long deleted training data can be restored.
const TrainingRetention = 30 * 24 * time.Hour

// TrainingListing asks for training data; every filter that is set must hold.
// Documents come in the order of their ids.
type TrainingListing struct {
	Language Language `json:"language"`
	// Database is an identity, host:port/name, or a name alone, which then may
	// stand for several databases.
	Database string `json:"database,omitempty"`
	// TaskID keeps what the task loaded, others too or not.
	TaskID string `json:"task_id,omitempty"`
	LoadID string `json:"load_id,omitempty"`
	// Kind is one of the kinds.
	Kind string `json:"kind,omitempty"`
	// Search keeps the documents that contain it, in capitals or not.
	Search string `json:"search,omitempty"`
	// Deleted asks for what can be restored, instead of what is there.
	Deleted bool `json:"deleted,omitempty"`
	// Limit is the page's size, 1 to MaxTrainingPage; 0 means MaxTrainingPage.
	Limit int `json:"limit,omitempty"`
	// Cursor is an earlier page's NextCursor.
	Cursor string `json:"cursor,omitempty"`
}

// ByName says that the database is asked for by its name alone.
func (l TrainingListing) ByName() bool {
	return l.Database != "" && !strings.Contains(l.Database, "/")
}

// TrainingPage is a page of training data.
type TrainingPage struct {
	Failure *Failure         `json:"failure,omitempty"`
	Records []TrainingRecord `json:"records"`
	// Total is how many there are on all pages, up to MaxTrainingCount.
	Total      int    `json:"total"`
	NextCursor string `json:"next_cursor,omitempty"`
	// Databases are the identities of the databases that a name alone stands for,
	// sorted and at most MaxTrainingDatabases; empty where none was asked for so.
	Databases []string `json:"databases,omitempty"`
}

// TrainingRecord is a document of the vector store with where it comes from. Of
// one that an older version or another program loaded, less is known.
type TrainingRecord struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	Collection string `json:"collection"`
	// Text is the document, cut to MaxTrainingText; that of a pair is the JSON
	// object that Vanna reads, whose parts are Question and SQL.
	Text      string `json:"text"`
	Truncated bool   `json:"truncated,omitempty"`
	Question  string `json:"question,omitempty"`
	SQL       string `json:"sql,omitempty"`

	Database string `json:"database,omitempty"`
	// TaskIDs are the tasks that loaded it, the first of which is TaskID; LoadID
	// is the load that brought it.
	TaskIDs       []string   `json:"task_ids"`
	TaskID        string     `json:"task_id,omitempty"`
	LoadID        string     `json:"load_id,omitempty"`
	File          string     `json:"file,omitempty"`
	Tables        []string   `json:"tables"`
	SchemaVersion string     `json:"schema_version,omitempty"`
	PairID        string     `json:"pair_id,omitempty"`
	Verdict       string     `json:"verdict,omitempty"`
	LoadedAt      *time.Time `json:"loaded_at,omitempty"`
	// DeletedAt is when it was taken out, and Reason one of "requested" and
	// "replaced", of what can be restored.
	DeletedAt *time.Time `json:"deleted_at,omitempty"`
	Reason    string     `json:"reason,omitempty"`
}

// TrainingQuery asks what a question would retrieve.
type TrainingQuery struct {
	Language Language `json:"language"`
	// Question is at most MaxQuestion bytes.
	Question string `json:"question"`
	// Database restricts the search, as that of TrainingListing does. Without
	// one it goes over all that is there, as Vanna's does.
	Database string `json:"database,omitempty"`
	// TopK is how many documents of each kind are returned.
	TopK int `json:"top_k,omitempty"`
}

// TrainingMatches is what a question would retrieve.
type TrainingMatches struct {
	Failure *Failure `json:"failure,omitempty"`
	// Embedder made the vectors that were compared.
	Embedder string `json:"embedder"`
	// Matches are the nearest of each kind, the nearest first, at most TopK of a
	// kind; the kinds come as sql, ddl, documentation.
	Matches []TrainingMatch `json:"matches"`
	// Tables are those that the matches cover, the best covered first.
	Tables []TrainingTable `json:"tables"`
}

// TrainingMatch is a document that was found. Score is the cosine of the angle
// between the two vectors, from -1 to 1.
type TrainingMatch struct {
	TrainingRecord
	// Rank is its place among those of its kind, from 1.
	Rank  int     `json:"rank"`
	Score float64 `json:"score"`
}

// TrainingTable is a table that retrieved documents are about.
type TrainingTable struct {
	Table string `json:"table"`
	// Score is that of the nearest document about it.
	Score float64 `json:"score"`
	// Documents is how many of them there are.
	Documents int `json:"documents"`
}
