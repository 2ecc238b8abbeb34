package executor

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

// Config says what the executor needs.
type Config struct {
	broker.Config `embed:""`
	Bucket        bucket.Config `embed:""`

	// AdminAddr is where /livez, /readyz and /metrics are; empty is nowhere.
	AdminAddr string `name:"admin-addr" env:"DP_ADMIN_ADDR" default:":9090" help:"Address of /livez, /readyz and /metrics; empty turns them off."`
	// TaskTimeout is the time limit of a request, from its first start.
	TaskTimeout time.Duration `name:"task-timeout" env:"DP_TASK_TIMEOUT" default:"2h" help:"Time limit of a task's run."`
	// MaxLocalTasks is how many tasks this executor runs at once, up to 64; 0
	// means as many as the cluster.
	MaxLocalTasks int `name:"max-local-tasks" env:"DP_MAX_LOCAL_TASKS" default:"0" help:"Tasks that this executor runs at once; 0 means as many as the whole cluster may."`
	// ScratchDir holds files in the making; empty is the system's folder of
	// temporary files.
	ScratchDir string `name:"scratch-dir" env:"DP_SCRATCH_DIR" placeholder:"DIR" help:"Folder for files in the making; default the system's."`

	SealIdentityFile string `name:"seal-identity-file" env:"DP_SEAL_IDENTITY_FILE" placeholder:"FILE" help:"Keys that open sealed connection strings, one a line."`
	ConnectionsFile  string `name:"connections-file" env:"DP_CONNECTIONS_FILE" placeholder:"FILE" help:"Named connections: a YAML or JSON object of connection strings by name."`
	// AllowedHosts are the only hosts of business databases; see bizdb.Options.
	AllowedHosts []string `name:"allowed-hosts" env:"DP_ALLOWED_HOSTS" help:"Hosts that business databases may be on: names, *.domains, addresses, ranges; default all."`

	// MaxQueryCost is validate.Config.MaxCost; 0 means its default.
	MaxQueryCost float64 `name:"max-query-cost" env:"DP_MAX_QUERY_COST" default:"10000000" help:"Planner's cost above which a pair's query is too expensive to run."`

	// VectorDatabaseURL is the target of training_load; a secret.
	VectorDatabaseURL      string `name:"vector-database-url" env:"DP_VECTOR_DATABASE_URL" placeholder:"URL" help:"Vector store: connection string of a PostgreSQL database."`
	VectorCollectionPrefix string `name:"vector-collection-prefix" env:"DP_VECTOR_COLLECTION_PREFIX" help:"Put before the names of the vector store's collections."`
	// VectorAllowArrays keeps embeddings as real[] where the extension vector
	// is missing, instead of failing.
	VectorAllowArrays bool `name:"vector-allow-arrays" env:"DP_VECTOR_ALLOW_ARRAYS" help:"Keep embeddings as arrays where the vector extension is missing."`

	// LLM is the language model that tasks may use, if any.
	LLM llm.Config `embed:"" prefix:"llm-"`
	// Embedding is what makes the vectors of training_load.
	Embedding embed.Config `embed:"" prefix:"embedding-"`
	// ModelCacheURL is where what models answered is kept for 30 days, so that
	// nothing is asked twice: a folder or bucket, as in Bucket, or ModelCacheOff.
	// Empty is the folder .model_cache in Bucket.
	ModelCacheURL string `name:"llm-cache-url" env:"DP_LLM_CACHE_URL" placeholder:"URL" help:"Where answers of models are kept: a folder, file:///folder, s3://bucket?region=… or off; default the folder .model_cache of the bucket."`

	// SealIdentities are keys, beside those of the file, of a program that runs
	// the executor within itself.
	SealIdentities []string `kong:"-"`
	// Connections are named connections, beside those of the file, of such a
	// program.
	Connections map[string]string `kong:"-"`
}

// ModelCacheOff is the Config.ModelCacheURL that keeps nothing.
const ModelCacheOff = "off"

// maxSlots bounds MaxLocalTasks.
const maxSlots = 64

// Validate returns every fault of the configuration at once.
func (c Config) Validate() error {
	faults := []error{c.Config.Validate(), c.Bucket.Validate(), c.LLM.Validate(), c.Embedding.Validate()}
	if c.ModelCacheURL != "" && c.ModelCacheURL != ModelCacheOff {
		if err := (bucket.Config{URL: c.ModelCacheURL}).Validate(); err != nil {
			faults = append(faults, fmt.Errorf("llm-cache-url: %w", err))
		}
	}
	if c.TaskTimeout <= 0 {
		faults = append(faults, fmt.Errorf("task-timeout: %s is not positive", c.TaskTimeout))
	}
	if !(c.MaxQueryCost >= 0) || math.IsInf(c.MaxQueryCost, 1) {
		faults = append(faults, fmt.Errorf("max-query-cost: %v is not a number from 0 on", c.MaxQueryCost))
	}
	if c.MaxLocalTasks < 0 || c.MaxLocalTasks > maxSlots {
		faults = append(faults, fmt.Errorf("max-local-tasks: %d is not within 0 to %d", c.MaxLocalTasks, maxSlots))
	}
	if _, err := c.resolver(); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}
