package bizdb

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// hostError says which host may not be reached.
type hostError string

func (e hostError) Error() string { return fmt.Sprintf("host %q is not allowed", string(e)) }

// restrict refuses a configuration with a host outside the list, unless the
// list is empty. A name that only its addresses can justify is judged when it
// is resolved, and then only those of its addresses are used that the list has.
func restrict(config *pgx.ConnConfig, allowed []string) error {
	if len(allowed) == 0 {
		return nil
	}
	attempts := []*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port}}
	var byAddress []string
	for _, a := range append(attempts, config.Fallbacks...) {
		_, err := netip.ParseAddr(a.Host)
		isName := err != nil && !strings.HasPrefix(a.Host, "/")
		switch {
		case allows(allowed, a.Host, a.Port):
		case isName && slices.ContainsFunc(allowed, isRange):
			byAddress = append(byAddress, a.Host)
		default:
			return hostError(a.Host)
		}
	}
	config.LookupFunc = filtered(config.LookupFunc, allowed, byAddress)
	return nil
}

// filtered is lookup, which for the given hosts keeps allowed addresses only.
func filtered(lookup pgconn.LookupFunc, allowed, hosts []string) pgconn.LookupFunc {
	return func(ctx context.Context, host string) ([]string, error) {
		addresses, err := lookup(ctx, host)
		if err != nil || !slices.Contains(hosts, host) {
			return addresses, err
		}
		addresses = slices.DeleteFunc(addresses, func(a string) bool { return !inRanges(allowed, a) })
		if len(addresses) == 0 {
			return nil, hostError(host)
		}
		return addresses, nil
	}
}

func allows(allowed []string, host string, port uint16) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if inRanges(allowed, host) {
		return true
	}
	withPort := net.JoinHostPort(host, strconv.Itoa(int(port)))
	return slices.ContainsFunc(allowed, func(entry string) bool {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if parent, ok := strings.CutPrefix(entry, "*."); ok {
			return strings.HasSuffix(host, "."+parent) || strings.HasSuffix(withPort, "."+parent)
		}
		return entry == host || entry == withPort
	})
}

func isRange(entry string) bool {
	_, err := netip.ParsePrefix(strings.TrimSpace(entry))
	return err == nil
}

func inRanges(allowed []string, address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(allowed, func(entry string) bool {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(entry))
		return err == nil && prefix.Contains(ip.Unmap())
	})
}
