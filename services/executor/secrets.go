package executor

import (
	"fmt"
	"maps"

	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/services/executor/internal/connection"
)

// resolver reads the files of keys and of named connections.
func (c Config) resolver() (*connection.Resolver, error) {
	named := map[string]string{}
	if c.ConnectionsFile != "" {
		loaded, err := connection.LoadNamed(c.ConnectionsFile)
		if err != nil {
			return nil, fmt.Errorf("connections-file: %w", err)
		}
		named = loaded
	}
	maps.Copy(named, c.Connections)
	var openers []connection.Opener
	if c.SealIdentityFile != "" {
		opener, err := seal.LoadOpener(c.SealIdentityFile)
		if err != nil {
			return nil, fmt.Errorf("seal-identity-file: %w", err)
		}
		openers = append(openers, opener)
	}
	if len(c.SealIdentities) > 0 {
		opener, err := seal.NewOpener(c.SealIdentities...)
		if err != nil {
			return nil, fmt.Errorf("seal identities: %w", err)
		}
		openers = append(openers, opener)
	}
	return connection.NewResolver(named, openers...), nil
}
