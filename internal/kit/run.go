package kit

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// DrainLimit is how long RunAll waits for what it has told to end.
const DrainLimit = 25 * time.Second

// ErrNotDrained says that something did not end within DrainLimit.
var ErrNotDrained = errors.New("did not stop in time")

// Runner is something long-lived. Run blocks until ctx ends and all that it
// started has ended too, or until it fails.
type Runner interface {
	Run(ctx context.Context) error
}

// Named makes a Runner of a function; the name is put before its errors.
func Named(name string, run func(ctx context.Context) error) Runner {
	return named{name, run}
}

type named struct {
	name string
	run  func(context.Context) error
}

func (n named) String() string { return n.name }

func (n named) Run(ctx context.Context) error {
	if err := n.run(ctx); err != nil {
		return fmt.Errorf("%s: %w", n.name, err)
	}
	return nil
}

// RunAll starts all runners, in order. When ctx ends or the first of them
// returns, for whatever reason, it ends all and waits for each. It returns
// their errors joined, without those that only say that they were told to
// end; ErrNotDrained names who did not.
func RunAll(ctx context.Context, runners ...Runner) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	all := make([]*running, len(runners))
	for i, r := range runners {
		all[i] = &running{Runner: r, done: make(chan struct{})}
		go func() {
			defer cancel()
			all[i].run(ctx)
		}()
	}
	if len(runners) > 0 {
		<-ctx.Done()
	}
	return drain(all)
}

// running is a runner that was started.
type running struct {
	Runner
	done chan struct{}
	err  error // read after done
}

// run drops the error of a runner that ended because it had to.
func (r *running) run(ctx context.Context) {
	defer close(r.done)
	err := r.Run(ctx)
	if ctx.Err() == nil || !errors.Is(err, context.Canceled) {
		r.err = err
	}
}

// drain waits for all and joins their errors.
func drain(all []*running) error {
	limit, cancel := context.WithTimeout(context.Background(), DrainLimit)
	defer cancel()
	var failures []error
	for _, r := range all {
		select {
		case <-r.done:
			failures = append(failures, r.err)
		case <-limit.Done():
			failures = append(failures, fmt.Errorf("%s %w", r.name(), ErrNotDrained))
		}
	}
	return errors.Join(failures...)
}

func (r *running) name() string {
	if s, ok := r.Runner.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", r.Runner)
}
