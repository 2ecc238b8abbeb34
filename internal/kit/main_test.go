package kit_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/admin"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// config is a service's as services have them.
type config struct {
	broker.Config `embed:""`
	Workers       int `env:"DP_TEST_WORKERS" default:"2"`
}

func (c config) Validate() error {
	if c.Workers < 0 {
		return errors.Join(errors.New("workers: negative"), c.Config.Validate())
	}
	return c.Config.Validate()
}

func execute(t *testing.T, args []string, run func(context.Context, config, kit.Runtime) error) (int, string) {
	t.Helper()
	var stderr bytes.Buffer
	code := kit.Execute(t.Context(), "tester", "A service.", args, &stderr, run)
	return code, stderr.String()
}

func TestExecuteReadsFlagsAndEnvironment(t *testing.T) {
	t.Setenv("DP_NATS_URL", "nats://n:1")
	t.Setenv("DP_TEST_WORKERS", "7")
	t.Setenv("DP_MAX_CONCURRENT_TASKS", "4")
	var got config
	code, _ := execute(t, []string{"--workers=3"}, func(_ context.Context, c config, rt kit.Runtime) error {
		got = c
		if rt.Log == nil || rt.Metrics == nil {
			t.Error("the runtime is incomplete")
		}
		return nil
	})
	if code != kit.ExitOK || got.Workers != 3 || got.URL != "nats://n:1" || got.MaxConcurrentTasks != 4 {
		t.Errorf("exit %d with %+v", code, got)
	}
}

func TestExecuteRefusesAFaultyConfiguration(t *testing.T) {
	never := func(context.Context, config, kit.Runtime) error {
		t.Error("the service was run")
		return nil
	}
	for name, args := range map[string][]string{
		"an unknown flag":   {"--nope"},
		"a bad value":       {"--workers=many"},
		"a bad log level":   {"--log-level=loud"},
		"faults of the two": {"--workers=-1", "--nats-replicas=2"},
	} {
		code, out := execute(t, args, never)
		if code != kit.ExitUsage {
			t.Errorf("%s: exit %d, want %d", name, code, kit.ExitUsage)
		}
		if name == "faults of the two" && !(strings.Contains(out, "workers") && strings.Contains(out, "nats-replicas")) {
			t.Errorf("not every fault is named: %s", out)
		}
	}
	if code, out := execute(t, []string{"--validate-config"}, never); code != kit.ExitOK || !strings.Contains(out, "valid") {
		t.Errorf("--validate-config: exit %d, %s", code, out)
	}
}

func TestExecuteLogsAFailureAsJSON(t *testing.T) {
	code, out := execute(t, nil, func(context.Context, config, kit.Runtime) error { return errors.New("broken") })
	if code != kit.ExitFailed {
		t.Errorf("exit %d", code)
	}
	var last map[string]any
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last["error"] != "broken" || last["service"] != "tester" {
		t.Errorf("%v in %s", err, out)
	}
}

// The test binary itself plays the service.
const asService = "DP_TEST_AS_SERVICE"

func TestServiceProcess(t *testing.T) {
	if os.Getenv(asService) == "" {
		return
	}
	os.Args = os.Args[:1]
	kit.Main("tester", "A service.", func(ctx context.Context, _ config, rt kit.Runtime) error {
		return kit.RunAll(ctx, admin.New("127.0.0.1:0", nil, rt.Metrics), kit.Named("work", func(ctx context.Context) error {
			rt.Log.Info("working")
			<-ctx.Done()
			rt.Log.Info("drained")
			return nil
		}))
	})
}

func TestSignalsDrainTheProcess(t *testing.T) {
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestServiceProcess$")
			cmd.Env = append(os.Environ(), asService+"=1")
			stderr, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			for lines := bufio.NewScanner(stderr); lines.Scan(); {
				out.WriteString(lines.Text() + "\n")
				if strings.Contains(lines.Text(), `"working"`) {
					if err := cmd.Process.Signal(sig); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("the process ended with %v", err)
			}
			if !strings.Contains(out.String(), `"drained"`) || !strings.Contains(out.String(), `"stopped"`) {
				t.Errorf("not drained:\n%s", out.String())
			}
		})
	}
}
