package events

// PairAdded says that a person wrote a pair.
type PairAdded struct {
	PairChange
	// Check is what an executor found at that moment; nil where none answered.
	Check *PairCheck `json:"check"`
}

func (*PairAdded) Type() Type { return TypePairAdded }

func (e *PairAdded) Validate() error {
	return check(e.validate(), field("source", e.Source == SourcePerson), e.Check.validate())
}
