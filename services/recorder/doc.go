// Package recorder is the only writer of the pipeline's tables. It reads the
// streams PIPELINE and PIPELINE_LOGS from the positions that stand in the same
// database and moves them in the transaction of the rows, so that every event
// counts exactly once. It judges which tasks ran too long and which are too
// old, and says both by publishing events.
package recorder
