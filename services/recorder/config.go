package recorder

import (
	"errors"
	"fmt"
	"time"

	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/postgres"
)

// Config says what the recorder needs.
type Config struct {
	broker.Config `embed:""`
	Postgres      postgres.Config `embed:""`

	// AdminAddr is where /livez, /readyz and /metrics are; empty is nowhere.
	AdminAddr string `name:"admin-addr" env:"DP_ADMIN_ADDR" default:":9090" help:"Address of /livez, /readyz and /metrics; empty turns them off."`
	// TaskTimeout is the time limit of a request. Five minutes beyond it the
	// recorder fails a task that its executor has not.
	TaskTimeout time.Duration `name:"task-timeout" env:"DP_TASK_TIMEOUT" default:"2h" help:"Time limit of a task's run."`
	// LogRetentionDays is how many whole days of log lines are kept, 1 to 35.
	LogRetentionDays int `name:"log-retention-days" env:"DP_LOG_RETENTION_DAYS" default:"30" help:"Days that log lines are kept."`
	// FileRetentionDays is after how many days without an event a task is
	// deleted, with its files: 1 to 35, which is as long as the streams keep it.
	FileRetentionDays int `name:"file-retention-days" env:"DP_FILE_RETENTION_DAYS" default:"30" help:"Days that a task and its files are kept after its last event."`
	// MonitorInterval is how often tasks are judged and partitions maintained.
	MonitorInterval time.Duration `name:"monitor-interval" env:"DP_MONITOR_INTERVAL" default:"300s" help:"Time between two looks for tasks that hang or are too old."`
}

const (
	day     = 24 * time.Hour
	maxDays = 35 // of the streams
	// minConns are for the two streams, the monitor with its lock, the cleaner
	// and a readiness check.
	minConns = 6
)

// Validate returns every fault of the configuration at once.
func (c Config) Validate() error {
	faults := []error{c.Config.Validate(), c.Postgres.Validate()}
	if n := c.Postgres.MaxConns; n != 0 && n < minConns {
		faults = append(faults, fmt.Errorf("database-max-conns: %d is less than the %d that the recorder needs", n, minConns))
	}
	if c.TaskTimeout <= 0 {
		faults = append(faults, fmt.Errorf("task-timeout: %s is not positive", c.TaskTimeout))
	}
	if c.LogRetentionDays < 1 || c.LogRetentionDays > maxDays {
		faults = append(faults, fmt.Errorf("log-retention-days: %d is not within 1 to %d", c.LogRetentionDays, maxDays))
	}
	if c.FileRetentionDays < 1 || c.FileRetentionDays > maxDays {
		faults = append(faults, fmt.Errorf("file-retention-days: %d is not within 1 to %d", c.FileRetentionDays, maxDays))
	}
	if c.MonitorInterval < time.Second {
		faults = append(faults, fmt.Errorf("monitor-interval: %s is less than a second", c.MonitorInterval))
	}
	return errors.Join(faults...)
}

func (c Config) logRetention() time.Duration  { return time.Duration(c.LogRetentionDays) * day }
func (c Config) fileRetention() time.Duration { return time.Duration(c.FileRetentionDays) * day }
