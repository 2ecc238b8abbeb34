package events

import "strings"

// Prefix is what every subject of an event begins with.
const Prefix = "pipeline"

// Subject returns the subject of an event: the type first, the task last, so
// that "pipeline.step.>" is all steps and "pipeline.*.*.<task>" all of a task.
// Log events have their level in the type's second place.
func Subject(d Data) string {
	if l, ok := d.(*Log); ok {
		return LogSubject(l.Level(), l.TaskID)
	}
	return TypeSubject(d.Type(), d.Task())
}

// TypeSubject returns the subject of all events of a type and task; "*" as the
// task stands for any. The version at a type's end is no part of the subject.
func TypeSubject(t Type, task string) string {
	kind, rest, _ := strings.Cut(string(t), ".")
	if rest == "" {
		return KindSubject(kind, task)
	}
	name, _, _ := strings.Cut(rest, ".")
	return strings.Join([]string{Prefix, kind, name, task}, ".")
}

// LogSubject returns the subject of log events whose highest level is the given
// one. Critical lines go under error.
func LogSubject(level Level, task string) string {
	if level == LevelCritical {
		level = LevelError
	}
	return strings.Join([]string{Prefix, "log", strings.ToLower(string(level)), task}, ".")
}

// KindSubject returns the subject of all events of a kind ("task", "step",
// "output", "pair", "training", "log") about a task; "*" as the task stands for any.
func KindSubject(kind, task string) string {
	return strings.Join([]string{Prefix, kind, "*", task}, ".")
}

// TaskSubjects returns the subjects of all state events of a task, which are
// those of the stream PIPELINE.
func TaskSubjects(task string) []string {
	return []string{KindSubject("task", task), KindSubject("step", task), KindSubject("output", task), KindSubject("pair", task), KindSubject("training", task)}
}
