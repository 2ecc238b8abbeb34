package events

// PairReviewed says what a person decided about a pair. It carries the pair, so
// that the decision outlives a run that does not make the pair again.
type PairReviewed struct {
	PairChange
	// Decision is DecisionApproved or DecisionRejected; empty withdraws an
	// earlier one.
	Decision string `json:"decision"`
}

func (*PairReviewed) Type() Type { return TypePairReviewed }

func (e *PairReviewed) Validate() error {
	return check(e.validate(),
		field("decision", e.Decision == "" || e.Decision == DecisionApproved || e.Decision == DecisionRejected))
}
