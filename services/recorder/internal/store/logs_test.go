package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

func (b *bundle) lines(t tester) []string {
	t.Helper()
	return one[[]string](t, b, `SELECT coalesce(array_agg(stream_seq || '.' || line_index || ' ' || message ORDER BY stream_seq, line_index), '{}') FROM data_pipeline_task_logs`)
}

func logAt(seq uint64, d *events.Log) events.Event { return in(events.StreamLogs, seq, d) }

func TestRepeatedLinesAreDropped(t *testing.T) {
	b := setup(t)
	repeated := 0
	for _, batch := range [][]events.Event{
		{logAt(1, logged(taskID, 1, 0, "a", "b")), logAt(2, logged(taskID, 1, 2, "c"))},
		{logAt(3, logged(taskID, 1, 0, "a", "b"))},                                 // all seen
		{logAt(4, logged(taskID, 1, 2, "c", "d"))},                                 // half seen
		{logAt(5, logged(taskID, 1, 3, "d")), logAt(6, logged(taskID, 1, 9, "j"))}, // seen, and beyond a gap
		{logAt(7, logged(taskID, 2, 0, "a"))},                                      // another attempt counts anew
	} {
		repeated += b.record(t, batch...).Repeated
	}
	want := []string{"1.0 a", "1.1 b", "2.0 c", "4.1 d", "6.0 j", "7.0 a"}
	if got := b.lines(t); !slices.Equal(got, want) || repeated != 4 {
		t.Errorf("lines %q, want %q; %d repeated, want 4", got, want, repeated)
	}
}

func TestLinesMayBeAheadOfTheirTask(t *testing.T) {
	b := setup(t)
	b.record(t, logAt(1, logged(taskID, 1, 0, "early")))
	if got := b.lines(t); len(got) != 1 {
		t.Errorf("lines %q", got)
	}
}

func TestLinesOfADeletedTaskGoInChunksAndStayAway(t *testing.T) {
	b := setup(t)
	const other = "task_20250701_143053"
	b.record(t, at(1, created(taskID)), at(2, created(other)))
	var batch []events.Event
	for seq := range uint64(30) {
		batch = append(batch, logAt(seq+1, logged(taskID, 1, seq*events.MaxLines, slices.Repeat([]string{"x"}, events.MaxLines)...)))
	}
	batch = append(batch, logAt(31, logged(other, 1, 0, "stays")))
	b.record(t, batch...)
	b.record(t, at(3, &events.TaskDeleted{TaskID: taskID}))
	chunks := 0
	for more := true; more; chunks++ {
		var err error
		if more, err = b.DeleteLogs(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if chunks < 3 {
		t.Errorf("%d chunks for %d lines", chunks, 30*events.MaxLines)
	}
	if tally := b.record(t, logAt(32, logged(taskID, 1, 30*events.MaxLines, "late"))); tally.Deleted != 1 {
		t.Errorf("tally %+v, want one event of a deleted task", tally)
	}
	if got := b.lines(t); !slices.Equal(got, []string{"31.0 stays"}) {
		t.Errorf("lines %q", got)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_log_counters"); n != 1 {
		t.Errorf("%d counters, want that of the other task", n)
	}
}

func TestADeletionWaitsForLinesOnTheirWay(t *testing.T) {
	b := setup(t)
	b.record(t, at(1, created(taskID)))
	var wg sync.WaitGroup
	defer wg.Wait()
	written, commit := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(commit) })
	defer release()
	wg.Go(func() {
		_, err := b.Store.record(ctx, b.at[events.StreamLogs], 1, func(ctx context.Context, tx pgx.Tx) error {
			s := &seen{counters: map[attempt]counter{}, changed: map[attempt]bool{}}
			s.apply(logAt(1, logged(taskID, 1, 0, "on its way")))
			err := s.write(ctx, tx)
			close(written)
			<-commit
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-written
	b.record(t, at(2, &events.TaskDeleted{TaskID: taskID}))
	wg.Go(func() {
		for more := true; more; {
			var err error
			if more, err = b.DeleteLogs(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	waiting := "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
	for end := time.Now().Add(10 * time.Second); !one[bool](t, b, waiting) && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	release()
	wg.Wait()
	if got := b.lines(t); len(got) != 0 {
		t.Errorf("lines %q are left", got)
	}
}

func TestPartitionsComeAsNeededAndGoWithAge(t *testing.T) {
	b := setup(t)
	old := logAt(1, logged(taskID, 1, 0, "three weeks old"))
	old.Recorded = start.AddDate(0, 0, -21)
	ancient := logAt(2, logged(taskID, 1, 1, "forty days old", "and gone"))
	ancient.Recorded = start.AddDate(0, 0, -40)
	if tally := b.record(t, old, ancient); tally.Expired != 2 {
		t.Errorf("tally %+v, want two expired lines", tally)
	}
	if got := b.lines(t); !slices.Equal(got, []string{"1.0 three weeks old"}) {
		t.Errorf("lines %q", got)
	}
	if dropped, err := b.MaintainPartitions(ctx); err != nil || len(dropped) != 0 {
		t.Errorf("dropped %q, %v; want none yet", dropped, err)
	}
	b.keepLogs = 7 * day
	want := "data_pipeline_task_logs_" + old.Recorded.Format("20060102")
	if dropped, err := b.MaintainPartitions(ctx); err != nil || !slices.Equal(dropped, []string{want}) {
		t.Errorf("dropped %q, %v; want %s", dropped, err, want)
	}
	if got := b.lines(t); len(got) != 0 {
		t.Errorf("lines %q are left", got)
	}
}

func TestPartitionMaintenanceCarriesOnWhereItStopped(t *testing.T) {
	b := setup(t)
	for _, age := range []int{40, 41} {
		d := time.Now().UTC().AddDate(0, 0, -age).Format(time.DateOnly)
		b.exec(t, "SELECT ensure_data_pipeline_log_partitions($1::date, $1::date)", d)
	}
	detached := "data_pipeline_task_logs_" + time.Now().UTC().AddDate(0, 0, -41).Format("20060102")
	b.exec(t, "ALTER TABLE data_pipeline_task_logs DETACH PARTITION "+detached)
	b.interruptDetachment(t, "data_pipeline_task_logs_"+time.Now().UTC().AddDate(0, 0, -40).Format("20060102"))
	if dropped, err := b.MaintainPartitions(ctx); err != nil || len(dropped) != 2 {
		t.Errorf("dropped %q, %v; want both", dropped, err)
	}
}

// interruptDetachment leaves a partition half detached: a reader holds the
// table, and the statement gives up waiting for it.
func (b *bundle) interruptDetachment(t *testing.T, partition string) {
	t.Helper()
	reader, err := b.pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Rollback(ctx) }()
	if _, err := reader.Exec(ctx, "SELECT FROM data_pipeline_task_logs"); err != nil {
		t.Fatal(err)
	}
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SET statement_timeout = 200"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, fmt.Sprintf("ALTER TABLE data_pipeline_task_logs DETACH PARTITION %s CONCURRENTLY", partition)); err == nil {
		t.Fatal("the detachment was not interrupted")
	}
	if _, err := conn.Exec(ctx, "RESET statement_timeout"); err != nil {
		t.Fatal(err)
	}
	if pending := one[bool](t, b, "SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = $1::regclass", partition); !pending {
		t.Fatal("the detachment is not pending")
	}
}
