package kit_test

import (
	"errors"
	"math"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/citu/datapipeline/internal/kit"
)

func TestBytes(t *testing.T) {
	for text, want := range map[string]kit.Bytes{
		"0": 0, "104857600": 100 << 20, "1b": 1,
		"100MiB": 100 << 20, "100 mib": 100 << 20, "1KiB": 1 << 10, "2GiB": 2 << 30,
		"100MB": 100e6, "1kB": 1e3, " 2GB ": 2e9,
		"9223372036854775807": math.MaxInt64,
	} {
		var got kit.Bytes
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestBytesRefuses(t *testing.T) {
	for _, text := range []string{"", "MiB", "-1", "+1", "1.5MiB", "100 Mi", "1 0", "1TB1", "1bib", "0x10", "１MB", "9223372036854775808", "8589934592GiB"} {
		got := kit.Bytes(7)
		if err := got.UnmarshalText([]byte(text)); !errors.Is(err, kit.ErrInvalidSize) || got != 7 {
			t.Errorf("%q is %d, %v, want a refusal", text, got, err)
		}
	}
}

func TestBytesAreReadFromTheEnvironment(t *testing.T) {
	t.Setenv("DP_SIZE", "100MiB")
	var cfg struct {
		Size  kit.Bytes `env:"DP_SIZE"`
		Other kit.Bytes `default:"1kB"`
	}
	parser, err := kong.New(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil || cfg.Size != 100<<20 || cfg.Other != 1000 {
		t.Errorf("%+v, %v", cfg, err)
	}
}
