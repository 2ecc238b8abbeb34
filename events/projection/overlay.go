package projection

import "github.com/citu/datapipeline/events"

// Overlay is a pair that a step made with what people made of it, who have the
// last word: their decision and note always, and their text where a person
// wrote it. The check of the step's pair is the later one, and stands where the
// SQL is the same.
func Overlay(made, theirs events.Pair) events.Pair {
	made.Decision, made.DecidedBy, made.DecidedAt, made.Note = theirs.Decision, theirs.DecidedBy, theirs.DecidedAt, theirs.Note
	if theirs.Source != events.SourcePerson || theirs.SQL == "" {
		return made
	}
	rewritten := made.SQL != theirs.SQL
	if rewritten || made.Check == nil {
		made.Check = theirs.Check
	}
	if rewritten {
		made.Tables, made.Shapes, made.Difficulty = theirs.Tables, theirs.Shapes, theirs.Difficulty
	}
	made.Reused = theirs.Reused || made.Reused && !rewritten
	made.Question, made.SQL, made.Source, made.WrittenBy = theirs.Question, theirs.SQL, theirs.Source, theirs.WrittenBy
	return made
}
