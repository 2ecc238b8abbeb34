package filescan

import (
	"errors"
	"fmt"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
)

// Config says what filescan needs.
type Config struct {
	broker.Config `embed:""`
	Bucket        bucket.Config `embed:""`

	// AdminAddr is where /livez, /readyz and /metrics are; empty is nowhere.
	AdminAddr string `name:"admin-addr" env:"DP_ADMIN_ADDR" default:":9090" help:"Address of /livez, /readyz and /metrics; empty turns them off."`
	// MaxDownloadFileSize is the size above which a file is registered
	// as not downloadable.
	MaxDownloadFileSize kit.Bytes `name:"max-download-file-size" env:"DP_MAX_DOWNLOAD_FILE_SIZE" default:"100MiB" help:"Files above this size, such as 100MiB, 100MB or a number of bytes, are not offered for download."`
	// Workers is how many tasks are scanned at once; 0 means 4.
	Workers int `name:"filescan-workers" env:"DP_FILESCAN_WORKERS" default:"4" help:"Tasks scanned at once."`
}

// Validate returns every fault of the configuration at once.
func (c Config) Validate() error {
	var faults []error
	if c.MaxDownloadFileSize < 0 {
		faults = append(faults, fmt.Errorf("max-download-file-size: %d is negative", c.MaxDownloadFileSize))
	}
	if c.Workers < 0 || c.Workers > 64 {
		faults = append(faults, fmt.Errorf("filescan-workers: %d is not within 1 to 64", c.Workers))
	}
	return errors.Join(append(faults, c.Config.Validate())...)
}
