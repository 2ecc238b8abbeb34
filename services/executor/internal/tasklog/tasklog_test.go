package tasklog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/tasklog"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// stream stores events, unless it is away, and holds each to the contract.
type stream struct {
	t  *testing.T
	mu sync.Mutex

	away    bool
	batches []*events.Log
	dropped int
	admit   error
}

func (s *stream) publish(_ context.Context, e events.Event) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return 0, broker.ErrUnavailable
	}
	msg, err := events.Encode(e)
	if err != nil {
		return 0, err
	}
	if _, err := events.Decode(msg.Subject, msg.Header, msg.Data); err != nil {
		s.t.Errorf("a reader would refuse the batch: %v", err)
	}
	s.batches = append(s.batches, e.Data.(*events.Log))
	return uint64(len(s.batches)), nil
}

func (s *stream) setAway(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func (s *stream) lines() (all []events.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.batches {
		all = append(all, b.Lines...)
	}
	return all
}

func start(t *testing.T) (*stream, *tasklog.Log) {
	t.Helper()
	s := &stream{t: t}
	log := tasklog.Start(tasklog.Config{
		Run:     events.Run{TaskID: "task_20250701_143052", Request: 7, Attempt: 2},
		Publish: s.publish,
		Admit:   func(context.Context) error { time.Sleep(time.Millisecond); return s.admit },
		Scrub:   func(text string) string { return strings.ReplaceAll(text, "hunter2", "***") },
		Dir:     t.TempDir(),
		Dropped: func(lines int, _ error) { s.dropped += lines },
	})
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, log
}

func flush(t *testing.T, log *tasklog.Log) uint64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	last, err := log.Flush(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func TestALineBecomesWhatWasLogged(t *testing.T) {
	s, log := start(t)
	log.Logger(events.StepQA, "x1").Warn("三个主题", zap.Int("themes", 3))
	flush(t, log)
	if len(s.batches) != 1 || s.batches[0].ExecutionID != "x1" || s.batches[0].Request != 7 || s.batches[0].Attempt != 2 {
		t.Fatalf("batches: %+v", s.batches)
	}
	l := s.lines()[0]
	if l.Message != "三个主题" || l.Level != events.LevelWarning || l.Step != events.StepQA || string(l.Extra) != `{"themes":3}` {
		t.Errorf("line: %+v", l)
	}
	if l.Module != "tasklog_test" || l.Function != "TestALineBecomesWhatWasLogged" {
		t.Errorf("logged by %s in %s", l.Function, l.Module)
	}
}

func TestLinesComeInOrderAndAreCounted(t *testing.T) {
	s, log := start(t)
	const count = 3000
	for i := range count {
		log.Logger(events.StepDDL, fmt.Sprint("x", i/1000)).Info(fmt.Sprint(i))
	}
	last := flush(t, log)
	if int(last) != len(s.batches) {
		t.Errorf("flushed up to %d of %d", last, len(s.batches))
	}
	next := uint64(0)
	for _, b := range s.batches {
		if b.FirstLine != next {
			t.Errorf("a batch begins at %d, want %d", b.FirstLine, next)
		}
		for i, l := range b.Lines {
			if l.Message != fmt.Sprint(next) || b.ExecutionID != fmt.Sprint("x", next/1000) {
				t.Fatalf("line %d of %d is %q of %s", i, b.FirstLine, l.Message, b.ExecutionID)
			}
			next++
		}
	}
	if next != count {
		t.Errorf("%d lines", next)
	}
}

func TestALineDoesNotWaitForOthers(t *testing.T) {
	s, log := start(t)
	log.Logger("", "").Info("alone")
	testkit.Eventually(t, t.Context(), func() bool { return len(s.lines()) == 1 })
}

// TestWhatIsTooLongIsCut holds every kind of text to the contract, which
// publish checks.
func TestWhatIsTooLongIsCut(t *testing.T) {
	s, log := start(t)
	for name, c := range map[string]struct {
		log       func(*zap.Logger)
		truncated bool
	}{
		"long":            {func(l *zap.Logger) { l.Info(strings.Repeat("字", 20_000)) }, true},
		"as long as can":  {func(l *zap.Logger) { l.Info(strings.Repeat("x", events.MaxLineBytes)) }, false},
		"not UTF-8":       {func(l *zap.Logger) { l.Info(strings.Repeat("\xffa", events.MaxLineBytes)) }, true},
		"NUL":             {func(l *zap.Logger) { l.Info("a\x00b", zap.String("k", "c\x00d")) }, false},
		"many fields":     {func(l *zap.Logger) { l.Info("x", zap.String("k", strings.Repeat("y", 40_000))) }, true},
		"unencodable":     {func(l *zap.Logger) { l.Info("x", zap.Any("k", func() {})) }, false},
		"a field and its": {func(l *zap.Logger) { l.With(zap.String("a", "1")).Info("x", zap.Error(errors.New("no"))) }, false},
	} {
		before := len(s.lines())
		c.log(log.Logger(events.StepDDL, "x"))
		flush(t, log)
		lines := s.lines()[before:]
		if len(lines) != 1 || lines[0].Truncated != c.truncated || strings.Contains(string(lines[0].Extra), "u0000") {
			t.Errorf("%s: %d lines, %.200v", name, len(lines), lines)
		}
	}
}

func TestSecretsAreScrubbedFromTextAndFields(t *testing.T) {
	s, log := start(t)
	log.Logger("", "").With(zap.String("a", "hunter2")).Error("password hunter2", zap.Error(errors.New("hunter2")))
	flush(t, log)
	body, err := json.Marshal(s.batches)
	if err != nil || strings.Contains(string(body), "hunter2") || strings.Count(string(body), "***") != 3 {
		t.Errorf("%s, %v", body, err)
	}
}

func TestAnOutageLosesNothing(t *testing.T) {
	s, log := start(t)
	s.setAway(true)
	logger, long := log.Logger(events.StepDDL, "x"), strings.Repeat("z", 10_000)
	const count = 1000 // 10 MB: far more than memory takes
	for i := range count {
		logger.Info(fmt.Sprint(i, " ", long))
	}
	s.setAway(false)
	flush(t, log)
	lines := s.lines()
	if len(lines) != count || s.dropped != 0 {
		t.Fatalf("%d lines, %d dropped", len(lines), s.dropped)
	}
	for i, l := range lines {
		if !strings.HasPrefix(l.Message, fmt.Sprint(i, " ")) {
			t.Fatalf("line %d is %.10s", i, l.Message)
		}
	}
}

func TestALogThatIsNotAdmittedEndsAndSaysWhatIsLost(t *testing.T) {
	s, log := start(t)
	s.admit = errors.New("a newer attempt began")
	s.setAway(true)
	log.Logger("", "").Info("one")
	if _, err := log.Flush(t.Context()); !errors.Is(err, s.admit) {
		t.Errorf("flush: %v", err)
	}
	log.Logger("", "").Info("two")
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if s.dropped != 2 {
		t.Errorf("%d lines reported as lost", s.dropped)
	}
}

func TestFlushGivesUpWithItsContext(t *testing.T) {
	s, log := start(t)
	s.setAway(true)
	log.Logger("", "").Info("one")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := log.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
