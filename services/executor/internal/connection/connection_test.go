package connection_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/connection"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const shop = "postgres://reader:top%20secret@DB.example.com/Shop"

func sealed(t *testing.T, plain string) (string, *seal.Opener) {
	t.Helper()
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.NewSealer(recipient)
	if err != nil {
		t.Fatal(err)
	}
	text, err := sealer.Seal([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	opener, err := seal.NewOpener(identity)
	if err != nil {
		t.Fatal(err)
	}
	return text, opener
}

func TestConnectionsAreFoundByNameAndBySeal(t *testing.T) {
	text, opener := sealed(t, shop)
	_, other := sealed(t, "")
	r := connection.NewResolver(map[string]string{"shop": shop}, other, opener)
	for _, c := range []events.Connection{{Name: "shop"}, {Sealed: text}} {
		target, err := r.Resolve(c, events.English)
		if err != nil {
			t.Fatal(err)
		}
		if target.DSN != shop || target.Database != "Shop" || target.Identity != "db.example.com:5432/shop" || target.Role != "reader" {
			t.Errorf("%+v", target)
		}
	}
	if list := r.List(); len(list) != 1 || list[0].Masked != "postgres://reader:***@DB.example.com:5432/Shop" || list[0].DBName != "Shop" {
		t.Errorf("%+v", list)
	}
}

func TestConnectionsThatCannotBeFound(t *testing.T) {
	text, opener := sealed(t, shop)
	foreign, _ := sealed(t, shop)
	broken, brokenOpener := sealed(t, "no connection string")
	for name, c := range map[string]struct {
		resolver *connection.Resolver
		asked    events.Connection
		want     string
	}{
		"unknown name":  {connection.NewResolver(nil), events.Connection{Name: "x"}, "connection_unknown"},
		"nothing given": {connection.NewResolver(nil, opener), events.Connection{}, "connection_missing"},
		"no keys":       {connection.NewResolver(nil), events.Connection{Sealed: text}, "secret_unreadable"},
		"other keys":    {connection.NewResolver(nil, opener), events.Connection{Sealed: foreign}, "secret_unreadable"},
		"malformed":     {connection.NewResolver(nil, brokenOpener), events.Connection{Sealed: broken}, "db_connection_invalid"},
	} {
		_, err := c.resolver.Resolve(c.asked, events.English)
		var told *steps.Error
		if !errors.As(err, &told) || told.Type != c.want || told.Class != events.ClassUser {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheFileOfNamedConnections(t *testing.T) {
	for name, c := range map[string]struct{ content, fault string }{
		"YAML":               {"shop: " + shop + "\n", ""},
		"JSON":               {`{"shop": "` + shop + `"}`, ""},
		"empty":              {"", ""},
		"a list":             {"- " + shop, "not an object of strings"},
		"a malformed string": {"shop: postgres://reader:top%20secret@", `connection "shop"`},
	} {
		file := filepath.Join(t.TempDir(), "connections.yaml")
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := connection.LoadNamed(file)
		switch {
		case c.fault == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%s: %v", name, err)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("%s: the fault repeats the secret: %v", name, err)
		}
	}
	if _, err := connection.LoadNamed("missing"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// TestNoPasswordSurvivesScrubbing repeats passwords of every kind in the forms
// that errors and fields have.
func TestNoPasswordSurvivesScrubbing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringMatching(`[!-~ ]{4,20}`).Draw(t, "password")
		dsn := (&url.URL{Scheme: "postgres", User: url.UserPassword("u", password), Host: "h:1", Path: "/d"}).String()
		target, err := connection.NewResolver(map[string]string{"c": dsn}).Resolve(events.Connection{Name: "c"}, events.English)
		if err != nil {
			t.Fatalf("the string is refused: %v", err)
		}
		quoted, err := json.Marshal("<" + password + ">")
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"dial " + dsn + " failed", "password " + password, string(quoted), "password=" + password + " host=h"} {
			if got := target.Scrub(text); strings.Contains(strings.ReplaceAll(got, "***", ""), password) {
				t.Fatalf("%q became %q", text, got)
			}
		}
	})
}

func TestAShortPasswordDoesNotTakeWordsApart(t *testing.T) {
	target, err := connection.NewResolver(map[string]string{"c": "postgres://u:a@h/d"}).Resolve(events.Connection{Name: "c"}, events.English)
	if err != nil {
		t.Fatal(err)
	}
	if got := target.Scrub("a table; postgres://x:a@h/d; password=a"); strings.Contains(got, ":a@") || strings.Contains(got, "=a") || !strings.HasPrefix(got, "a table") {
		t.Errorf("%q", got)
	}
}

func TestATargetThatWasNotFoundScrubsNothing(t *testing.T) {
	if got := (connection.Target{}).Scrub("text"); got != "text" {
		t.Errorf("%q", got)
	}
}
