package events

// The questions that need a business database. Any executor answers them
// through a NATS micro service of this name; a connection string travels sealed
// as it does in a request. Request and answer bodies are JSON.
const (
	CatalogueService   = "datapipeline-catalogue"
	SubjectConnections = "pipeline_catalogue.connections" // no body → ConnectionList
	SubjectTest        = "pipeline_catalogue.test"        // Question → ConnectionTest
	SubjectTables      = "pipeline_catalogue.tables"      // Question → TablePage
)

// MaxTablePage is the greatest number of tables in one answer.
const MaxTablePage = 1000

// Question asks something about a business database.
type Question struct {
	Connection Connection `json:"connection"`
	Language   Language   `json:"language"`
	// Search keeps the tables whose name or comment contains it.
	Search string `json:"search,omitempty"`
	// Limit is the page's size, 1 to MaxTablePage; 0 means MaxTablePage.
	Limit int `json:"limit,omitempty"`
	// Cursor is an earlier page's NextCursor.
	Cursor string `json:"cursor,omitempty"`
}

// ConnectionList is the executors' named connections.
type ConnectionList struct {
	Connections []NamedConnection `json:"connections"`
}

// NamedConnection is a connection that executors know by name.
type NamedConnection struct {
	Name string `json:"name"`
	// Masked is its connection string without secrets.
	Masked string `json:"connection"`
	DBName string `json:"db_name"`
}

// ConnectionTest says whether a business database can be worked on, and if not,
// what is wrong.
type ConnectionTest struct {
	OK            bool     `json:"ok"`
	Failure       *Failure `json:"failure,omitempty"`
	ServerVersion string   `json:"server_version,omitempty"`
	DBName        string   `json:"db_name,omitempty"`
	User          string   `json:"user,omitempty"`
	Tables        int      `json:"tables"`
	// ReadableTables is how many of them the user may read.
	ReadableTables int     `json:"readable_tables"`
	LatencySeconds float64 `json:"latency_seconds"`
}

// TablePage is a page of a database's tables, ordered by schema and name.
type TablePage struct {
	Failure    *Failure       `json:"failure,omitempty"`
	Tables     []TableSummary `json:"tables"`
	NextCursor string         `json:"next_cursor,omitempty"`
}

// TableSummary is a table as a list shows it.
type TableSummary struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
	// Kind is "table", "partitioned table", "view", "materialized view" or
	// "foreign table".
	Kind    string `json:"kind"`
	Comment string `json:"comment,omitempty"`
	// EstimatedRows comes from the planner's statistics; -1 where it has none.
	EstimatedRows int64 `json:"estimated_rows"`
	Readable      bool  `json:"readable"`
}
