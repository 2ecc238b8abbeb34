package test

import (
	"testing"
	"time"
)

// TestServicesEndWhenTheyAreTold sends SIGTERM to every service in the middle
// of work: each ends well and soon, and the work goes on where it was when they
// are back.
func TestServicesEndWhenTheyAreTold(t *testing.T) {
	d := deploy(t, limit)
	ids := d.postMany(20)
	for _, p := range []*process{d.executor, d.filescan, d.recorder, d.gateway} {
		p.terminate(20 * time.Second)
	}
	d.gateway = d.startGateway().ready(30 * time.Second)
	d.executor, d.recorder, d.filescan = d.start("executor"), d.start("recorder"), d.start("filescan")
	for _, id := range ids {
		if got := d.api.wait(id, 2*time.Minute); got.Status != "completed" {
			t.Fatalf("%s is %s: %s %s", id, got.Status, got.ErrorType, got.ErrorMessage)
		}
	}
	d.settled(ids)
}
