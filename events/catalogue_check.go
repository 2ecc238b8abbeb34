package events

// SubjectCheckSQL asks what the validation would make of a person's pair:
// PairQuestion → PairAnswer. It is asked as the other questions about business
// databases are, of the same service.
const SubjectCheckSQL = "pipeline_catalogue.check_sql"

// PairQuestion asks about a pair on a business database.
type PairQuestion struct {
	Connection Connection `json:"connection"`
	Language   Language   `json:"language"`
	Question   string     `json:"question"` // at most MaxQuestion bytes
	SQL        string     `json:"sql"`      // at most MaxSQL bytes
	// Masking is Options.Masking of the task; empty is MaskData.
	Masking string `json:"masking,omitempty"`
	// OutputPrefix is Request.OutputPrefix, and Snapshot the file there that says
	// which tables the task has; nil while no step has said it.
	OutputPrefix string `json:"output_prefix,omitempty"`
	Snapshot     *File  `json:"snapshot,omitempty"`
}

// PairAnswer says what is known of a pair.
type PairAnswer struct {
	// Failure is why the SQL was not checked; what follows it is there in any
	// case.
	Failure *Failure   `json:"failure,omitempty"`
	Check   *PairCheck `json:"check,omitempty"`

	// PairID, Tables, Shapes and Difficulty are those of Pair.
	PairID     string   `json:"pair_id"`
	Tables     []string `json:"tables"`
	Shapes     []string `json:"shapes"`
	Difficulty string   `json:"difficulty"`
}
