package executor_test

import (
	"errors"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

var errAnswered = errors.New("answered")

// answerTo publishes a request about training data and waits for its answer.
func (s *site) answerTo(request events.Data) events.Data {
	s.Helper()
	seq, err := s.control.Publish(s.Context(), events.New("gateway", request))
	if err != nil {
		s.Fatal(err)
	}
	var answer events.Data
	follow := broker.Following{Stream: events.StreamPipeline, Subjects: []string{events.KindSubject("training", "*")}, From: seq + 1}
	err = s.control.Follow(s.Context(), follow, func(e events.Event) error {
		answer = e.Data
		return errAnswered
	})
	if answer == nil {
		s.Fatal(err)
	}
	return answer
}

// Training data is deleted and restored by requests in the stream, which an
// executor answers there too.
func TestTrainingDataIsDeletedAndRestored(t *testing.T) {
	s := newSite(t)
	s.start()
	s.create(s.request(events.RunnerPool))
	if task := s.closed(); task.Status != projection.Completed {
		t.Fatalf("%s: %+v", task.Status, task.Failure)
	}
	all := int64(s.documents())
	scope := events.TrainingScope{TaskID: taskID}
	deleted, ok := s.answerTo(&events.TrainingDeleteRequested{TrainingScope: scope, Actor: "li.na"}).(*events.TrainingDeleted)
	if !ok || deleted.Rows != all || deleted.TaskID != taskID || deleted.Actor != "li.na" || deleted.Request == 0 || s.documents() != 0 {
		t.Fatalf("%+v of %d, left %d", deleted, all, s.documents())
	}
	var page events.TrainingPage
	s.ask(events.SubjectTrainingList, events.TrainingListing{Language: events.English, Deleted: true, Limit: 1}, &page)
	if page.Failure != nil || page.Total != int(all) || len(page.Records) != 1 || page.NextCursor == "" {
		t.Errorf("%+v", page)
	}
	restored, ok := s.answerTo(&events.TrainingRestoreRequested{TrainingScope: scope, Actor: "li.na"}).(*events.TrainingRestored)
	if !ok || restored.Rows != all || int64(s.documents()) != all {
		t.Fatalf("%+v, there are %d", restored, s.documents())
	}
	var found events.TrainingMatches
	s.ask(events.SubjectTrainingRetrieve, events.TrainingQuery{Language: events.English, Question: "companies", TopK: 2}, &found)
	if found.Failure != nil || len(found.Matches) == 0 || len(found.Tables) == 0 {
		t.Errorf("%+v", found)
	}
	s.ask(events.SubjectTrainingRetrieve, events.TrainingQuery{Language: events.English}, &found)
	if found.Failure == nil || found.Failure.ErrorType != "question_invalid" {
		t.Errorf("%+v", found.Failure)
	}
}

// A request that can never be carried out is answered, and kept.
func TestARequestAboutTrainingDataThatFails(t *testing.T) {
	s := newSite(t)
	s.cfg.VectorDatabaseURL = ""
	s.start()
	failed, ok := s.answerTo(&events.TrainingDeleteRequested{TrainingScope: events.TrainingScope{Database: "db:5432/shop"}, Actor: "li.na", Language: events.English}).(*events.TrainingFailed)
	if !ok || failed.ErrorType != "vector_store_unconfigured" || failed.Database != "db:5432/shop" {
		t.Fatalf("%+v", failed)
	}
	testkit.Eventually(t, t.Context(), func() bool {
		state, err := s.control.State(t.Context(), events.StreamDeadLetters)
		return err == nil && state.Last == 1
	})
}
