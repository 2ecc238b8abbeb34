package events

// PairEdited says that a person wrote a pair's question or SQL anew. What was
// decided about it was about the earlier text, so it waits for a decision
// again. Its id stays.
type PairEdited struct {
	PairChange
	// Check is what an executor found at that moment; nil where none answered.
	Check *PairCheck `json:"check"`
}

func (*PairEdited) Type() Type { return TypePairEdited }

func (e *PairEdited) Validate() error {
	return check(e.validate(), field("source", e.Source == SourcePerson), e.Check.validate())
}
