package events

import (
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The streams, consumers, buckets and stores of a deployment.
const (
	StreamPipeline    = "PIPELINE"
	StreamLogs        = "PIPELINE_LOGS"
	StreamDeadLetters = "PIPELINE_DEAD_LETTERS"

	// ConsumerExecutor is the executors' durable consumer of requests; its
	// MaxAckPending is the number of tasks that run at once in the cluster.
	ConsumerExecutor = "executor"
	// ConsumerExecutorDeletions brings deletions of tasks, and requests to delete
	// or restore training data, to the executors, one of which carries them out.
	ConsumerExecutorDeletions = "executor_deletions"
	// ConsumerFilescan is filescan's durable consumer.
	ConsumerFilescan = "filescan"

	BucketLeases      = "pipeline_leases"
	BucketIdempotency = "pipeline_idempotency"
	StoreTableLists   = "pipeline_table_lists"

	// DeadLetterPrefix begins the subject of a dead letter; the service that
	// gave it up follows.
	DeadLetterPrefix = "pipeline_dead_letters"
)

// Times that hold everywhere.
const (
	StreamRetention = 35 * 24 * time.Hour
	Duplicates      = 10 * time.Minute
	LeaseTTL        = 30 * time.Second
	LeaseRenewal    = 10 * time.Second
	AckWait         = 30 * time.Second
	IdempotencyTTL  = 24 * time.Hour
)

// Topology says how large and how often replicated a deployment is.
type Topology struct {
	// Replicas of every stream and bucket; 1 survives a killed process, 3 also
	// a lost node.
	Replicas int
	// MaxConcurrentTasks is the number of tasks that run at once in the whole
	// cluster; 0 means 1.
	MaxConcurrentTasks int
	// LogBytes limits PIPELINE_LOGS; 0 means no limit. A full stream slows the
	// writers of logs and never the state events.
	LogBytes int64
	// LeaseTTL is after how long the work of an executor that is gone goes to
	// another; 0 means the constant LeaseTTL. Executors renew three times in it.
	LeaseTTL time.Duration
}

func (t Topology) leaseTTL() time.Duration {
	if t.LeaseTTL > 0 {
		return t.LeaseTTL
	}
	return LeaseTTL
}

// Streams returns the streams of a deployment.
func Streams(t Topology) []jetstream.StreamConfig {
	pipeline := stream(StreamPipeline, t, TaskSubjects("*")...)
	pipeline.Description = "state of tasks, steps, outputs, pairs and training data"
	pipeline.AllowAtomicPublish = true // many outputs are registered at once
	logs := stream(StreamLogs, t, KindSubject("log", "*"))
	logs.Description = "log lines of tasks"
	if t.LogBytes > 0 {
		logs.MaxBytes, logs.Discard = t.LogBytes, jetstream.DiscardNew
	}
	dead := stream(StreamDeadLetters, t, DeadLetterPrefix+".>")
	dead.Description = "what could not be processed, with the reason"
	return []jetstream.StreamConfig{pipeline, logs, dead}
}

// stream leaves AllowDirect off: with it a read right after an acknowledged
// write may miss it on a replicated stream.
func stream(name string, t Topology, subjects ...string) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:       name,
		Subjects:   subjects,
		Retention:  jetstream.LimitsPolicy,
		Storage:    jetstream.FileStorage,
		Replicas:   max(t.Replicas, 1),
		MaxAge:     StreamRetention,
		Duplicates: Duplicates,
	}
}

// Consumers returns the durable consumers of PIPELINE.
func Consumers(t Topology) []jetstream.ConsumerConfig {
	executor := durable(ConsumerExecutor, max(t.MaxConcurrentTasks, 1),
		TypeSubject(TypeTaskCreated, "*"), TypeSubject(TypeTaskExecutionRequested, "*"))
	executor.AckWait = t.leaseTTL()
	deletions := durable(ConsumerExecutorDeletions, 1, TypeSubject(TypeTaskDeleted, "*"),
		TypeSubject(TypeTrainingDeleteRequested, "*"), TypeSubject(TypeTrainingRestoreRequested, "*"))
	filescan := durable(ConsumerFilescan, 64, filescanSubjects()...)
	return []jetstream.ConsumerConfig{executor, deletions, filescan}
}

// filescanSubjects are the events after which a task's folder has changed.
func filescanSubjects() []string {
	var subjects []string
	for _, t := range []Type{TypeStepCompleted, TypeStepFailed, TypeTaskCompleted,
		TypeTaskPartialCompleted, TypeTaskFailed, TypeTaskCancelled, TypeTaskDeleted} {
		subjects = append(subjects, TypeSubject(t, "*"))
	}
	return subjects
}

// durable has no MaxDeliver: giving up is a decision of the service, written
// down as an event, never of the broker.
func durable(name string, pending int, subjects ...string) jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable:        name,
		AckPolicy:      jetstream.AckExplicitPolicy,
		AckWait:        AckWait,
		MaxAckPending:  pending,
		MaxDeliver:     -1,
		FilterSubjects: subjects,
	}
}

// Buckets returns the key-value buckets of a deployment. Leases and
// idempotency keys live as long as the bucket's TTL: a TTL per key is lost on
// an update.
func Buckets(t Topology) []jetstream.KeyValueConfig {
	return []jetstream.KeyValueConfig{
		{Bucket: BucketLeases, TTL: t.leaseTTL(), Replicas: max(t.Replicas, 1), Storage: jetstream.FileStorage,
			Description: "which executor works on which task"},
		{Bucket: BucketIdempotency, TTL: IdempotencyTTL, Replicas: max(t.Replicas, 1), Storage: jetstream.FileStorage,
			Description: "which request made which task"},
	}
}

// ObjectStores returns the object stores of a deployment.
func ObjectStores(t Topology) []jetstream.ObjectStoreConfig {
	return []jetstream.ObjectStoreConfig{
		{Bucket: StoreTableLists, Replicas: max(t.Replicas, 1), Storage: jetstream.FileStorage,
			Description: "uploaded table lists"},
	}
}
