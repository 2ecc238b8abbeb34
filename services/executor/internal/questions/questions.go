// Package questions answers what people ask about business databases: whether
// one can be reached, which tables it has, and whether SQL runs on it. It is the
// NATS micro service that package events describes.
package questions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"go.uber.org/zap"
	"gocloud.dev/blob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/connection"
	"github.com/citu/datapipeline/services/executor/internal/files"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
	"github.com/citu/datapipeline/services/executor/internal/training"
)

const (
	// version of the service, as NATS shows it.
	version = "1.0.0"
	// concurrency is how many questions are answered at once; a further one is
	// refused with the code 503.
	concurrency = 16
	// deadline of an answer; whoever asks waits for 5 s.
	deadline = 4 * time.Second
	// maxQuestion bounds a question, in bytes; SQL makes the largest.
	maxQuestion = 512 << 10
)

// Config says how databases are found and opened.
type Config struct {
	Resolver *connection.Resolver
	Open     func(ctx context.Context, dsn string, language events.Language) (*pgxpool.Pool, error)
	Bucket   *blob.Bucket // with the tasks' files
	Log      *zap.Logger
	Training *training.Data
}

// Service answers questions. Make it with New.
type Service struct {
	cfg   Config
	slots chan struct{}
	wg    sync.WaitGroup
}

// New makes the service.
func New(cfg Config) *Service {
	return &Service{cfg: cfg, slots: make(chan struct{}, concurrency)}
}

// Run answers on a connection until ctx ends, then finishes what it has begun.
func (s *Service) Run(ctx context.Context, nc *nats.Conn) error {
	service, err := micro.AddService(nc, micro.Config{
		Name: events.CatalogueService, Version: version, Description: "questions about business databases",
	})
	if err != nil {
		return fmt.Errorf("catalogue questions: %w", err)
	}
	for subject, handler := range s.handlers(ctx) {
		name := subject[strings.LastIndexByte(subject, '.')+1:]
		if err := service.AddEndpoint(name, handler, micro.WithEndpointSubject(subject)); err != nil {
			return errors.Join(fmt.Errorf("catalogue questions: %w", err), service.Stop())
		}
	}
	<-ctx.Done()
	err = service.Stop()
	s.wg.Wait()
	if err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		s.cfg.Log.Debug("catalogue questions stopped", zap.Error(err)) // the server forgets us with the connection
	}
	return nil
}

// handlers are what answers, by subject.
func (s *Service) handlers(ctx context.Context) map[string]micro.Handler {
	return map[string]micro.Handler{
		events.SubjectConnections: handler(ctx, s, s.connections),
		events.SubjectTest:        handler(ctx, s, s.test),
		events.SubjectTables:      handler(ctx, s, s.tables),
		events.SubjectCheckSQL:    handler(ctx, s, s.checkSQL),

		events.SubjectTrainingList:     handler(ctx, s, s.trainingList),
		events.SubjectTrainingRetrieve: handler(ctx, s, s.trainingRetrieve),
	}
}

// handler answers each question of a form in a goroutine of its own.
func handler[Q any](ctx context.Context, s *Service, answer func(context.Context, Q) any) micro.Handler {
	return micro.HandlerFunc(func(r micro.Request) {
		question, err := decode[Q](r.Data())
		if err != nil {
			s.refuse(r, "400", err.Error())
			return
		}
		select {
		case s.slots <- struct{}{}:
		default:
			s.refuse(r, "503", "too many questions at once")
			return
		}
		s.wg.Go(func() {
			defer func() { <-s.slots }()
			ctx, cancel := context.WithTimeout(ctx, deadline)
			defer cancel()
			if err := r.RespondJSON(answer(ctx, question)); err != nil {
				s.cfg.Log.Warn("question not answered", zap.String("subject", r.Subject()), zap.Error(err))
			}
		})
	})
}

func (s *Service) refuse(r micro.Request, code, why string) {
	if err := r.Error(code, why, nil); err != nil {
		s.cfg.Log.Warn("question not refused", zap.String("subject", r.Subject()), zap.Error(err))
	}
}

func decode[Q any](body []byte) (q Q, err error) {
	if len(body) > maxQuestion {
		return q, fmt.Errorf("the question has more than %d bytes", maxQuestion)
	}
	if len(body) > 0 && json.Unmarshal(body, &q) != nil {
		return q, errors.New("the question is not JSON of its form")
	}
	return q, nil
}

func (s *Service) connections(context.Context, events.Question) any {
	return events.ConnectionList{Connections: s.cfg.Resolver.List()}
}

func (s *Service) test(ctx context.Context, q events.Question) any {
	var answer events.ConnectionTest
	answer.Failure = s.ask(ctx, q.Connection, q.Language, func(pool *pgxpool.Pool) (err error) {
		answer, err = catalog.Test(ctx, pool)
		return err
	})
	return answer
}

func (s *Service) tables(ctx context.Context, q events.Question) any {
	answer := events.TablePage{Tables: []events.TableSummary{}}
	failure := s.ask(ctx, q.Connection, q.Language, func(pool *pgxpool.Pool) (err error) {
		page, err := catalog.List(ctx, pool, q)
		if err == nil {
			answer = page
		}
		return err
	})
	answer.Failure = failure
	return answer
}

// checkSQL says what the validation would make of a person's pair.
func (s *Service) checkSQL(ctx context.Context, q events.PairQuestion) any {
	answer := events.PairAnswer{PairID: pairs.ID(q.Question, q.SQL)}
	answer.Tables, answer.Shapes, answer.Difficulty = pairs.Describe(q.SQL, nil)
	answer.Failure = s.ask(ctx, q.Connection, q.Language, func(pool *pgxpool.Pool) error {
		check, tables, err := validate.CheckOne(ctx, pool, s.taskOf(ctx, q), q.SQL)
		if err == nil {
			answer.Check, answer.Tables = &check, tables
		}
		return err
	})
	return answer
}

// taskOf is the task that a pair is for.
func (s *Service) taskOf(ctx context.Context, q events.PairQuestion) validate.Task {
	known := map[string]events.File{}
	if q.Snapshot != nil {
		known[q.Snapshot.Name] = *q.Snapshot
	}
	lang, folder := language(q.Language), files.Folder{Bucket: s.cfg.Bucket, Prefix: q.OutputPrefix}
	return validate.Task{Language: lang, Masking: q.Masking, Files: files.NewView(ctx, folder, known, lang)}
}

// ask opens the database in question and returns what went wrong as people read
// it; nil when nothing did.
func (s *Service) ask(ctx context.Context, c events.Connection, lang events.Language, fn func(*pgxpool.Pool) error) *events.Failure {
	lang = language(lang)
	target, err := s.cfg.Resolver.Resolve(c, lang)
	if err == nil {
		err = s.over(ctx, target.DSN, lang, fn)
	}
	if err == nil {
		return nil
	}
	failure := explain(err, lang).Failure("")
	failure.Message = target.Scrub(failure.Message)
	s.cfg.Log.Info("question about a database failed", zap.String("error_type", failure.ErrorType), zap.String("error", target.Scrub(err.Error())))
	return &failure
}

// language is that of an answer, Chinese where the question names none.
func language(l events.Language) events.Language {
	if l.Valid() {
		return l
	}
	return events.Chinese
}

func (s *Service) over(ctx context.Context, dsn string, lang events.Language, fn func(*pgxpool.Pool) error) error {
	pool, err := s.cfg.Open(ctx, dsn, lang)
	if err != nil {
		return err
	}
	defer pool.Close()
	return fn(pool)
}

// explain makes a failure of any error.
func explain(err error, lang events.Language) *steps.Error {
	var told *steps.Error
	switch {
	case errors.As(err, &told), errors.As(bizdb.Translate(err, lang), &told):
		return told
	case errors.Is(err, catalog.ErrCursor):
		return steps.Fail(events.ClassUser, "cursor_invalid", lang.Pick("分页游标无效：请从第一页重新查询。", "The cursor is not valid: begin with the first page again."), err)
	case errors.Is(err, context.DeadlineExceeded):
		return steps.Fail(events.ClassDatabase, "db_timeout", lang.Pick("数据库未在规定时间内应答：请检查网络与数据库负载后重试。", "The database did not answer in time: check the network and its load, then try again."), err)
	}
	return steps.Fail(events.ClassPlatform, "internal_error", lang.Pick("系统内部错误：请联系管理员。", "Internal error: tell the administrator."), err)
}
