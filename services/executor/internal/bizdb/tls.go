package bizdb

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// isTLS says whether it was TLS that failed: by the kind of error, or because
// TLS was demanded and it was not the network that refused. (The driver keeps
// a server without TLS to itself.)
func isTLS(e *pgconn.ConnectError) bool {
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
		authority   x509.UnknownAuthorityError
		name        x509.HostnameError
		invalid     x509.CertificateInvalidError
		network     net.Error
	)
	for _, target := range []any{&certificate, &record, &alert, &authority, &name, &invalid} {
		if errors.As(e, target) {
			return true
		}
	}
	return demandsTLS(e.Config) && !errors.As(e, &network)
}

func demandsTLS(config *pgconn.Config) bool {
	if config.TLSConfig == nil {
		return false
	}
	for _, f := range config.Fallbacks {
		if f.TLSConfig == nil {
			return false
		}
	}
	return true
}
