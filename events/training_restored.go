package events

// TrainingRestored says that training data is back in the vector store, as a
// TrainingRestoreRequested asked. A repeated delivery of the request says the
// same again.
type TrainingRestored struct{ TrainingDone }

func (*TrainingRestored) Type() Type { return TypeTrainingRestored }
