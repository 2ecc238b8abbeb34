package broker_test

import (
	"testing"

	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestProvisionedBrokerIsReadyAndVerified(t *testing.T) {
	b := testkit.Broker(t)
	if err := b.Provision(t.Context()); err != nil {
		t.Errorf("provisioning again: %v", err)
	}
	if err := b.Verify(t.Context()); err != nil {
		t.Errorf("verify: %v", err)
	}
	if err := b.Ready(t.Context()); err != nil {
		t.Errorf("ready: %v", err)
	}
}
