package gateway

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/services/gateway/internal/monitor"
)

// Config says what the gateway needs.
type Config struct {
	broker.Config `embed:""`
	// Postgres is the recorder's database, from which lists and statistics come.
	// While it is away they answer 503, and everything else goes on.
	Postgres postgres.Config `embed:""`
	Bucket   bucket.Config   `embed:""`

	// HTTPAddr is where the API listens, and where /livez, /readyz and /metrics
	// are.
	HTTPAddr string `name:"http-addr" env:"DP_HTTP_ADDR" default:":8084" help:"Address of the HTTP API."`
	// Language is that of answers and tasks where a caller asks for none; empty
	// is zh-CN.
	Language string `name:"language" env:"DP_LANGUAGE" default:"zh-CN" help:"Language where nobody asks for one: zh-CN or en."`
	// Timezone is that of task ids and file names, an IANA name; empty is the
	// system's.
	Timezone string `name:"timezone" env:"DP_TIMEZONE" placeholder:"ZONE" help:"Time zone of task ids and file names, such as Asia/Shanghai; by default the system's."`
	// SealRecipient is the age recipient of the executors ("age1…"). Without one
	// connection strings are refused and only connection names taken.
	SealRecipient string `name:"seal-recipient" env:"DP_SEAL_RECIPIENT" placeholder:"AGE1…" help:"Public key of the executors, for which connection strings are encrypted."`

	EnableFileDownload bool `name:"enable-file-download" env:"DP_ENABLE_FILE_DOWNLOAD" default:"true" negatable:"" help:"Let callers download files."`
	// MaxDownloadFileSize is the size above which a file is not offered.
	MaxDownloadFileSize kit.Bytes `name:"max-download-file-size" env:"DP_MAX_DOWNLOAD_FILE_SIZE" default:"100MiB" help:"Files above this size, such as 100MiB, 100MB or a number of bytes, are not offered for download."`
	// MaxSSEClients is how many event streams a process serves at once; 0 means
	// 1,000.
	MaxSSEClients int `name:"max-sse-clients" env:"DP_MAX_SSE_CLIENTS" default:"1000" help:"Event streams at once."`
	// JetStreamSync is how the NATS servers write: "always" or "interval". They
	// do not tell; /monitor/status says what follows from it.
	JetStreamSync string `name:"nats-sync" env:"DP_NATS_SYNC" default:"always" help:"The servers' sync_interval: always, or interval for anything else."`
}

// Validate returns every fault of the configuration at once.
func (c Config) Validate() error {
	faults := []error{c.Config.Validate(), c.Postgres.Validate(), c.Bucket.Validate()}
	if _, err := c.language(); err != nil {
		faults = append(faults, fmt.Errorf("language: %w", err))
	}
	if _, err := c.location(); err != nil {
		faults = append(faults, fmt.Errorf("timezone: %w", err))
	}
	if _, err := c.sealer(); err != nil {
		faults = append(faults, fmt.Errorf("seal-recipient: %w", err))
	}
	if c.MaxDownloadFileSize < 0 {
		faults = append(faults, fmt.Errorf("max-download-file-size: %d is negative", c.MaxDownloadFileSize))
	}
	if c.MaxSSEClients < 0 {
		faults = append(faults, fmt.Errorf("max-sse-clients: %d is negative", c.MaxSSEClients))
	}
	if !slices.Contains([]string{"", monitor.SyncAlways, monitor.SyncInterval}, c.JetStreamSync) {
		faults = append(faults, fmt.Errorf("nats-sync: %q is neither always nor interval", c.JetStreamSync))
	}
	return errors.Join(faults...)
}

func (c Config) language() (events.Language, error) {
	if c.Language == "" {
		return events.Chinese, nil
	}
	return events.ParseLanguage(c.Language)
}

func (c Config) location() (*time.Location, error) {
	if c.Timezone == "" {
		return time.Local, nil
	}
	return time.LoadLocation(c.Timezone)
}

// sealer is nil where no recipient is configured.
func (c Config) sealer() (*seal.Sealer, error) {
	if c.SealRecipient == "" {
		return nil, nil
	}
	return seal.NewSealer(c.SealRecipient)
}
