// Package dsn reads PostgreSQL connection strings that come from people: as a
// URL (postgres://user:password@host:5432/database?sslmode=require) or as
// keywords (host=… user=… password=… dbname=…). What a string may contain is
// limited, nothing is taken from the environment that could be a secret, and
// no error or result repeats one.
package dsn

import (
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// MaxLength is the longest string that Parse takes, in bytes.
const MaxLength = 8 << 10

// hidden stands for a secret.
const hidden = "***"

// allowed are the parameters that a string may have. Those that name files of
// the machine that connects, or settings of the session, are not among them.
var allowed = []string{"host", "port", "user", "password", "dbname", "sslmode", "ssl", "sslnegotiation",
	"connect_timeout", "application_name", "client_encoding", "target_session_attrs", "channel_binding"}

// session are the allowed parameters that become settings of the session.
var session = []string{"application_name", "client_encoding"}

// Parse returns the configuration of a connection to exactly the host, user
// and database that s names, with the password that s holds and no other. A
// refusal is an *InvalidError.
func Parse(s string) (*pgx.ConnConfig, error) {
	if len(s) > MaxLength {
		return nil, &InvalidError{TooLong}
	}
	cfg, err := parse(s, allowed)
	if err != nil {
		return nil, &InvalidError{fault(s)}
	}
	switch {
	case !gives(s, "host"):
		return nil, &InvalidError{NoHost}
	case cfg.User == "" || !gives(s, "user"):
		return nil, &InvalidError{NoUser}
	case cfg.Database == "" || !gives(s, "dbname"):
		return nil, &InvalidError{NoDatabase}
	case slices.ContainsFunc(Hosts(cfg), badHost):
		return nil, &InvalidError{Malformed}
	}
	if !gives(s, "password") {
		cfg.Password = "" // else PGPASSWORD or a password file would be sent to any host that s names
	}
	for name := range cfg.RuntimeParams {
		if !slices.Contains(session, name) {
			delete(cfg.RuntimeParams, name) // from the environment
		}
	}
	return cfg, nil
}

// badHost finds hosts that can be none, above all the rest of a password that
// was written with an @ in it.
func badHost(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	return err != nil || host == "" || !strings.HasPrefix(host, "/") && strings.ContainsFunc(host, func(r rune) bool {
		return r <= ' ' || strings.ContainsRune("/@?#=&'\"\\", r)
	})
}

// fault is what is wrong with a string that pgx refused, which must not be
// quoted: where it is malformed, its password may be anywhere. It looks at the
// text alone, since pgx would open the files that an unlimited string names.
func fault(s string) Reason {
	if slices.ContainsFunc(parameters(s), func(key string) bool { return !slices.Contains(allowed, key) }) {
		return ForbiddenParameter
	}
	return Malformed
}

// keyword finds the names in a string of keywords and values.
var keyword = regexp.MustCompile(`(?:^|\s)(\w+)\s*=`)

// parameters are the names that a string gives values to, as far as it can be
// read.
func parameters(s string) (names []string) {
	if u, err := url.Parse(s); err == nil && u.Scheme != "" {
		return slices.Collect(maps.Keys(u.Query()))
	}
	for _, found := range keyword.FindAllStringSubmatch(s, -1) {
		names = append(names, found[1])
	}
	return names
}

func parse(s string, keys []string) (*pgx.ConnConfig, error) {
	return pgx.ParseConfigWithOptions(s, pgx.ParseConfigOptions{
		ParseConfigOptions: pgconn.ParseConfigOptions{ConnStringAllowedKeys: keys},
	})
}

// gives says whether the string itself has a parameter, which pgx would guess
// otherwise: then the string is refused where that one is not allowed.
func gives(s, key string) bool {
	_, err := parse(s, slices.DeleteFunc(slices.Clone(allowed), func(k string) bool { return k == key }))
	return err != nil
}

// Mask returns s in the form that people may see: a URL with the password
// replaced by ***, rebuilt from what Parse understood, or just *** when that
// is nothing.
func Mask(s string) string {
	cfg, err := Parse(s)
	if err != nil {
		return hidden
	}
	user := url.User(cfg.User).String()
	if cfg.Password != "" {
		user += ":" + hidden
	}
	hosts := strings.ReplaceAll(strings.Join(Hosts(cfg), ","), "/", "%2F") // a socket's folder
	return "postgres://" + user + "@" + hosts + (&url.URL{Path: "/" + cfg.Database}).EscapedPath()
}

// Hosts returns the addresses that a connection may go to, as host:port,
// without repetition and in the order they are tried.
func Hosts(cfg *pgx.ConnConfig) []string {
	hosts := []string{address(cfg.Host, cfg.Port)}
	for _, f := range cfg.Fallbacks {
		if a := address(f.Host, f.Port); !slices.Contains(hosts, a) {
			hosts = append(hosts, a)
		}
	}
	return hosts
}

func address(host string, port uint16) string {
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

// Identity names the database that s leads to, the same for every user and
// spelling: its hosts with ports, and its name, in lower case:
// "db.example.com:5432/shop".
func Identity(s string) (string, error) {
	cfg, err := Parse(s)
	if err != nil {
		return "", err
	}
	return strings.ToLower(strings.Join(Hosts(cfg), ",") + "/" + cfg.Database), nil
}

// Database returns the name of the database that s leads to.
func Database(s string) (string, error) {
	cfg, err := Parse(s)
	if err != nil {
		return "", err
	}
	return cfg.Database, nil
}
