package httpapi

import (
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/dsn"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
)

const (
	maxConnectionName = 128
	maxDatabaseName   = 128
	maxMasked         = 8 << 10
)

// connection is a connection with what its string says about it.
type connection struct {
	events.Connection
	Database string // empty for a named connection
}

// given says whether the caller gave any.
func (c connection) given() bool { return c.Name != "" || c.Sealed != "" }

// readConnection reads a connection's name or its string, which is sealed here
// and goes nowhere else. The error is not the caller's fault.
func (a *API) readConnection(o *jsonbody.Object, required bool) (connection, error) {
	if required || o.Has("db_connection") && o.Has("connection_name") {
		onlyOne(o, "db_connection", "connection_name")
	}
	c := connection{Connection: events.Connection{Name: o.Filled("connection_name", maxConnectionName)}}
	text := o.Filled("db_connection", dsn.MaxLength)
	if text == "" {
		return c, nil
	}
	cfg, err := dsn.Parse(text)
	if err != nil {
		o.Fault("db_connection", apierr.InvalidDSN, dsn.ReasonOf(err))
		return c, nil
	}
	c.Masked, c.Database = dsn.Mask(text), cfg.Database
	if len(c.Database) > maxDatabaseName || len(c.Masked) > maxMasked {
		o.Fault("db_connection", apierr.DSNNamesTooLong)
	}
	if a.Sealer == nil {
		return c, apierr.New(apierr.SealingOff)
	}
	c.Sealed, err = a.Sealer.Seal([]byte(text))
	return c, err
}
