package dsn_test

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/dsn"
)

func TestMask(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"postgres://ann:secret@db.example.com:5433/shop?sslmode=require", "postgres://ann:***@db.example.com:5433/shop"},
		{"postgresql://ann@db/shop", "postgres://ann@db:5432/shop"},
		{"postgres://ann:p%40ss%2Fw@db/订单", "postgres://ann:***@db:5432/%E8%AE%A2%E5%8D%95"},
		{"postgres:///shop?host=db&user=ann&password=secret", "postgres://ann:***@db:5432/shop"},
		{"host=db user=ann password='a b\\'c' dbname=shop", "postgres://ann:***@db:5432/shop"},
		{"host = db user = ann password = secret dbname = shop", "postgres://ann:***@db:5432/shop"},
		{"host=/run/postgresql user=ann dbname=shop", "postgres://ann@%2Frun%2Fpostgresql:5432/shop"},
		{"postgres://ann:secret@a:1,b:2/shop?sslmode=disable", "postgres://ann:***@a:1,b:2/shop"},
		{"postgres://ann:sec:ret@db:x/shop", "***"},
		{"secret", "***"},
		{"", "***"},
	} {
		if got := dsn.Mask(c.in); got != c.want {
			t.Errorf("Mask(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want dsn.Reason
	}{
		"nothing":              {"", dsn.NoHost},
		"no string of this":    {"mysql://root@db/shop", dsn.Malformed},
		"no host":              {"postgres:///shop?user=ann", dsn.NoHost},
		"no user":              {"postgres://db/shop", dsn.NoUser},
		"an empty user":        {"host=db user='' dbname=shop", dsn.NoUser},
		"no database":          {"postgres://ann@db", dsn.NoDatabase},
		"an empty database":    {"host=db user=ann dbname=''", dsn.NoDatabase},
		"a file to read":       {"postgres://ann:secret@db/shop?sslrootcert=/etc/shadow", dsn.ForbiddenParameter},
		"a password file":      {"host=db user=ann dbname=shop passfile=/home/x/.pgpass", dsn.ForbiddenParameter},
		"a service":            {"host=db user=ann dbname=shop service=prod", dsn.ForbiddenParameter},
		"settings":             {"postgres://ann@db/shop?options=-c%20default_transaction_read_only%3Doff", dsn.ForbiddenParameter},
		"any session variable": {"postgres://ann@db/shop?default_transaction_read_only=off", dsn.ForbiddenParameter},
		"a password with an @": {"postgres://ann:pw@secret@db/shop", dsn.Malformed},
		"a bad port":           {"postgres://ann:secret@db:99999999/shop", dsn.Malformed},
		"an unended quote":     {"host=db user=ann password='secret dbname=shop", dsn.Malformed},
		"far too long":         {"postgres://ann@db/shop?application_name=" + strings.Repeat("x", dsn.MaxLength), dsn.TooLong},
	} {
		cfg, err := dsn.Parse(c.in)
		if !errors.Is(err, dsn.ErrInvalid) || dsn.ReasonOf(err) != c.want {
			t.Errorf("%s: %+v, %v, want reason %d", name, cfg, err, c.want)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the refusal repeats the password: %v", name, err)
		}
	}
}

func TestReasonsAreSaidInBothLanguages(t *testing.T) {
	said := map[string]bool{}
	for r := dsn.Malformed; r <= dsn.NoDatabase; r++ {
		zh, en := r.In(events.Chinese), r.In(events.English)
		if !strings.ContainsFunc(zh, chinese) || strings.ContainsFunc(en, chinese) || strings.Contains(zh+en, "%!") {
			t.Errorf("%d: %q and %q", r, zh, en)
		}
		said[zh], said[en] = true, true
	}
	if want := 2 * (int(dsn.NoDatabase) + 1); len(said) != want {
		t.Errorf("%d sentences, want %d", len(said), want)
	}
}

func chinese(r rune) bool { return unicode.Is(unicode.Han, r) }

// A refusal tells nothing about the files of the machine and never waits for
// one: a named pipe without a writer would hold whoever opened it.
func TestParseOpensNoFileThatAStringNames(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{pipe, filepath.Join(t.TempDir(), "missing")} {
		for _, s := range []string{
			"postgres://ann:secret@db/shop?sslmode=verify-ca&sslrootcert=" + file,
			"postgres://ann:secret@db/shop?sslmode=verify-ca&ssl%72ootcert=" + file,
			"host=db user=ann dbname=shop sslmode=verify-ca sslrootcert = " + file,
			"host=db user=ann dbname=shop sslcert=" + file + " sslkey=" + file,
			"host=db user=ann dbname=shop service=prod servicefile=" + file,
		} {
			_, err := dsn.Parse(s)
			if !errors.Is(err, dsn.ErrInvalid) || !strings.Contains(err.Error(), "parameter other than") {
				t.Errorf("Parse(%q): %v", s, err)
			}
		}
	}
}

func TestParseTakesNothingSecretFromTheEnvironment(t *testing.T) {
	t.Setenv("PGPASSWORD", "of the operator")
	t.Setenv("PGUSER", "operator")
	t.Setenv("PGHOST", "internal")
	t.Setenv("PGOPTIONS", "-c search_path=x")
	cfg, err := dsn.Parse("postgres://ann@db/shop")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Password != "" || cfg.User != "ann" || cfg.Host != "db" || len(cfg.RuntimeParams) != 0 {
		t.Errorf("got user %q, host %q, parameters %v and a password of %d bytes", cfg.User, cfg.Host, cfg.RuntimeParams, len(cfg.Password))
	}
	if _, err := dsn.Parse("postgres:///shop"); !errors.Is(err, dsn.ErrInvalid) {
		t.Errorf("host and user came from the environment: %v", err)
	}
}

func TestIdentityIsOneForAllSpellings(t *testing.T) {
	for _, s := range []string{
		"postgres://ann:secret@DB.example.com/Shop",
		"postgresql://bob@db.example.com:5432/shop?sslmode=disable",
		"host=db.example.com user=bob dbname=shop",
	} {
		if got, err := dsn.Identity(s); err != nil || got != "db.example.com:5432/shop" {
			t.Errorf("Identity(%q) = %q, %v", s, got, err)
		}
	}
	if got, err := dsn.Database("postgres://ann@db/Shop"); err != nil || got != "Shop" {
		t.Errorf("Database: %q, %v", got, err)
	}
}

func TestHostsAreAllThatMayBeTried(t *testing.T) {
	cfg, err := dsn.Parse("postgres://ann@a,b:6432/shop?sslmode=prefer")
	if err != nil {
		t.Fatal(err)
	}
	if got := dsn.Hosts(cfg); !slices.Equal(got, []string{"a:5432", "b:6432"}) {
		t.Errorf("got %v", got)
	}
}

// Whatever the password is and however it is written, it does not come out.
func TestNoPasswordComesOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		password := "pw" + rapid.StringOfN(rapid.RuneFrom([]rune("aZ09 '\"\\=:/@?#%&,[]密")), 1, 20, -1).Draw(t, "password") + "PW"
		quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(password)
		escaped := strings.ReplaceAll(url.QueryEscape(password), "+", "%20")
		for _, s := range []string{
			fmt.Sprintf("host=db user=ann password='%s' dbname=shop", quoted),
			"postgres://ann:" + escaped + "@db/shop",
			"postgres://db/shop?user=ann&password=" + escaped,
		} {
			cfg, err := dsn.Parse(s)
			if err != nil {
				t.Fatalf("Parse(%q): %v", s, err)
			}
			if cfg.Password != password {
				t.Fatalf("Parse(%q) read the password %q, want %q", s, cfg.Password, password)
			}
			if got := dsn.Mask(s); got != "postgres://ann:***@db:5432/shop" {
				t.Fatalf("Mask(%q) = %q", s, got)
			}
		}
	})
}

func FuzzMask(f *testing.F) {
	f.Add("postgres://ann:secret@db:5432/shop?sslmode=disable")
	f.Add("host=db user=ann password='se cret' dbname=shop")
	f.Add("postgres://ann:se:cr@et@db/shop")
	f.Add("postgres://u:p@[::1]:5432/%00")
	f.Fuzz(func(t *testing.T, s string) {
		masked := dsn.Mask(s)
		cfg, err := dsn.Parse(s)
		if err != nil {
			if masked != "***" {
				t.Errorf("unreadable, yet masked as %q", masked)
			}
			return
		}
		// Only these may be repeated; a password that is part of one of them is
		// no secret of its own.
		shown := strings.Join(append(dsn.Hosts(cfg), cfg.User, cfg.Database), "\x00") + "postgres://***@"
		unescaped, _ := url.PathUnescape(masked)
		if len(cfg.Password) > 3 && strings.Contains(unescaped, cfg.Password) && !strings.Contains(shown, cfg.Password) {
			t.Errorf("Mask(%q) = %q holds the password", s, masked)
		}
		if cfg.Password != "" && !strings.Contains(masked, ":***@") {
			t.Errorf("Mask(%q) = %q does not say that there is a password", s, masked)
		}
	})
}
