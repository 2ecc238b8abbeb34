// Package connection knows how business databases are reached: by names of the
// deployment, and by connection strings that were sealed for its executors.
// What it returns holds secrets and stays in the process.
package connection

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/dsn"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// maxFile bounds the file of named connections, in bytes.
const maxFile = 1 << 20

// Target is a business database.
type Target struct {
	DSN string // with its secrets
	// Database is its name, Identity host:port/name in lower case.
	Database, Identity string
	// Role is the user of the connection: what it can read may be less than what
	// another one can.
	Role string

	redactor redactor
}

// Scrub replaces the secrets of the connection string by ***, wherever a text
// repeats them.
func (t Target) Scrub(text string) string { return t.redactor.scrub(text) }

// Resolver finds targets. It is safe for concurrent use; the zero value knows
// no names and no keys.
type Resolver struct {
	named   map[string]string
	openers []Opener
}

// Opener opens what was sealed for it, or returns an error; *seal.Opener.
type Opener interface {
	Open(sealed string) ([]byte, error)
}

// NewResolver takes the named connections, and openers that are tried in turn.
func NewResolver(named map[string]string, openers ...Opener) *Resolver {
	return &Resolver{named: named, openers: openers}
}

// LoadNamed reads a file of named connections: a YAML or JSON object of
// connection strings by name. Its errors name the connection and repeat no
// part of a string.
func LoadNamed(file string) (map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("connections file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("connections file: %w", err)
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("connections file %s: larger than %d bytes", file, maxFile)
	}
	var named map[string]string
	if err := yaml.Unmarshal(raw, &named); err != nil { // its message may quote a string
		return nil, fmt.Errorf("connections file %s: it is not an object of strings by name", file)
	}
	return named, checkNamed(named)
}

func checkNamed(named map[string]string) error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if name == "" || len(name) > 128 {
			faults = append(faults, fmt.Errorf("connection %q: a name has 1 to 128 bytes", name))
		}
		if _, err := dsn.Parse(named[name]); err != nil {
			faults = append(faults, fmt.Errorf("connection %q: %w", name, err))
		}
	}
	return errors.Join(faults...)
}

// Resolve returns the database of a request. Its error is a *steps.Error:
// connection_unknown, connection_missing, secret_unreadable or
// db_connection_invalid.
func (r *Resolver) Resolve(c events.Connection, lang events.Language) (Target, error) {
	s, err := r.find(c, lang)
	if err != nil {
		return Target{}, err
	}
	t, err := newTarget(s)
	if err != nil {
		return Target{}, steps.Fail(events.ClassUser, "db_connection_invalid", lang.Pick(
			"数据库连接串无效：请检查 db_connection 的格式。", "The connection string is not valid: check the form of db_connection."), err)
	}
	return t, nil
}

func newTarget(s string) (Target, error) {
	cfg, err := dsn.Parse(s)
	if err != nil {
		return Target{}, err
	}
	identity, err := dsn.Identity(s)
	if err != nil {
		return Target{}, err
	}
	return Target{DSN: s, Database: cfg.Database, Identity: identity, Role: cfg.User, redactor: newRedactor(s, cfg.Password)}, nil
}

func (r *Resolver) find(c events.Connection, lang events.Language) (string, error) {
	if c.Name != "" {
		if s, ok := r.named[c.Name]; ok {
			return s, nil
		}
		return "", steps.Fail(events.ClassUser, "connection_unknown", lang.Sprintf(
			"执行器没有名为 %s 的连接：请选择已有的连接，或由管理员将其加入 DP_CONNECTIONS_FILE。",
			"The executors have no connection named %s: choose another, or have the administrator add it to DP_CONNECTIONS_FILE.", c.Name), nil)
	}
	if c.Sealed == "" {
		return "", steps.Fail(events.ClassUser, "connection_missing", lang.Pick(
			"任务没有数据库连接：请提供 db_connection 或 connection_name。", "The task has no database connection: give db_connection or connection_name."), nil)
	}
	return r.unseal(c.Sealed, lang)
}

func (r *Resolver) unseal(sealed string, lang events.Language) (string, error) {
	cause := seal.ErrKey // none at all
	for _, opener := range r.openers {
		plain, err := opener.Open(sealed)
		if err == nil {
			return string(plain), nil
		}
		cause = err
	}
	return "", unreadable(lang, cause)
}

func unreadable(lang events.Language, cause error) error {
	return steps.Fail(events.ClassUser, "secret_unreadable", lang.Pick(
		"执行器无法解密数据库连接（密钥可能已更换）：请附上新的 db_connection 重新执行。",
		"The executors cannot decrypt the database connection; their keys may have changed: run the task again with a new db_connection."), cause)
}

// List returns the named connections, by name, without secrets.
func (r *Resolver) List() []events.NamedConnection {
	list := []events.NamedConnection{}
	for _, name := range slices.Sorted(maps.Keys(r.named)) {
		n := events.NamedConnection{Name: name, Masked: dsn.Mask(r.named[name])}
		if database, err := dsn.Database(r.named[name]); err == nil { // checked when it was loaded
			n.DBName = database
		}
		list = append(list, n)
	}
	return list
}
