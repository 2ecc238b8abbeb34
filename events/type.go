package events

// Type is an event's type, the ce-type attribute. A change that is no addition
// gets a new type with a version behind it ("step.completed.v2") on the same
// subject, beside the old one.
type Type string

// The types of version 1.
const (
	TypeTaskCreated              Type = "task.created"
	TypeTaskExecutionRequested   Type = "task.execution_requested"
	TypeTaskCancelRequested      Type = "task.cancel_requested"
	TypeTaskStarted              Type = "task.started"
	TypeTaskCompleted            Type = "task.completed"
	TypeTaskPartialCompleted     Type = "task.partial_completed"
	TypeTaskFailed               Type = "task.failed"
	TypeTaskCancelled            Type = "task.cancelled"
	TypeTaskDeleted              Type = "task.deleted"
	TypeStepStarted              Type = "step.started"
	TypeStepProgressed           Type = "step.progressed"
	TypeStepCompleted            Type = "step.completed"
	TypeStepFailed               Type = "step.failed"
	TypeStepSkipped              Type = "step.skipped"
	TypeLog                      Type = "log"
	TypeOutputRegistered         Type = "output.registered"
	TypeOutputRemoved            Type = "output.removed"
	TypeOutputScanned            Type = "output.scanned"
	TypePairAdded                Type = "pair.added"
	TypePairEdited               Type = "pair.edited"
	TypePairReviewed             Type = "pair.reviewed"
	TypeTrainingDeleteRequested  Type = "training.delete_requested"
	TypeTrainingRestoreRequested Type = "training.restore_requested"
	TypeTrainingDeleted          Type = "training.deleted"
	TypeTrainingRestored         Type = "training.restored"
	TypeTrainingFailed           Type = "training.failed"
)

// blank makes an empty value of every type's data.
var blank = map[Type]func() Data{
	TypeTaskCreated:              func() Data { return new(TaskCreated) },
	TypeTaskExecutionRequested:   func() Data { return new(TaskExecutionRequested) },
	TypeTaskCancelRequested:      func() Data { return new(TaskCancelRequested) },
	TypeTaskStarted:              func() Data { return new(TaskStarted) },
	TypeTaskCompleted:            func() Data { return new(TaskCompleted) },
	TypeTaskPartialCompleted:     func() Data { return new(TaskPartialCompleted) },
	TypeTaskFailed:               func() Data { return new(TaskFailed) },
	TypeTaskCancelled:            func() Data { return new(TaskCancelled) },
	TypeTaskDeleted:              func() Data { return new(TaskDeleted) },
	TypeStepStarted:              func() Data { return new(StepStarted) },
	TypeStepProgressed:           func() Data { return new(StepProgressed) },
	TypeStepCompleted:            func() Data { return new(StepCompleted) },
	TypeStepFailed:               func() Data { return new(StepFailed) },
	TypeStepSkipped:              func() Data { return new(StepSkipped) },
	TypeLog:                      func() Data { return new(Log) },
	TypeOutputRegistered:         func() Data { return new(OutputRegistered) },
	TypeOutputRemoved:            func() Data { return new(OutputRemoved) },
	TypeOutputScanned:            func() Data { return new(OutputScanned) },
	TypePairAdded:                func() Data { return new(PairAdded) },
	TypePairEdited:               func() Data { return new(PairEdited) },
	TypePairReviewed:             func() Data { return new(PairReviewed) },
	TypeTrainingDeleteRequested:  func() Data { return new(TrainingDeleteRequested) },
	TypeTrainingRestoreRequested: func() Data { return new(TrainingRestoreRequested) },
	TypeTrainingDeleted:          func() Data { return new(TrainingDeleted) },
	TypeTrainingRestored:         func() Data { return new(TrainingRestored) },
	TypeTrainingFailed:           func() Data { return new(TrainingFailed) },
}

// Types returns all types, in no particular order.
func Types() []Type {
	all := make([]Type, 0, len(blank))
	for t := range blank {
		all = append(all, t)
	}
	return all
}
