package questions

import (
	"context"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
)

func (s *Service) trainingList(ctx context.Context, q events.TrainingListing) any {
	if !q.Language.Valid() {
		q.Language = events.Chinese
	}
	page, err := s.cfg.Training.List(ctx, q)
	page.Failure = s.trainingFailure(err, q.Language)
	return page
}

func (s *Service) trainingRetrieve(ctx context.Context, q events.TrainingQuery) any {
	if !q.Language.Valid() {
		q.Language = events.Chinese
	}
	matches, err := s.cfg.Training.Retrieve(ctx, q)
	matches.Failure = s.trainingFailure(err, q.Language)
	return matches
}

// trainingFailure is what went wrong as people read it; nil when nothing did.
func (s *Service) trainingFailure(err error, lang events.Language) *events.Failure {
	if err == nil {
		return nil
	}
	failure := explain(err, lang).Failure("")
	s.cfg.Log.Info("question about training data failed", zap.String("error_type", failure.ErrorType), zap.Error(err))
	return &failure
}
