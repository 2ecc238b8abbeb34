package events

// TrainingDeleted says that training data is out of the vector store, as a
// TrainingDeleteRequested asked. A repeated delivery of the request says the
// same again.
type TrainingDeleted struct{ TrainingDone }

func (*TrainingDeleted) Type() Type { return TypeTrainingDeleted }
