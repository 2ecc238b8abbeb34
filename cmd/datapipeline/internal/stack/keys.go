package stack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/citu/datapipeline/internal/kit/seal"
)

// keys makes sure that a file with an identity is there and returns the
// recipient that goes with it, which stands beside it in FILE.pub.
func keys(file string) (recipient string, err error) {
	public, err := os.ReadFile(file + ".pub")
	if err == nil {
		return strings.TrimSpace(string(public)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("keys: %w", err)
	}
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		return "", err
	}
	// The identity first: a crash in between costs a key that nothing was
	// sealed with.
	if err := os.WriteFile(file, []byte(identity+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keys: %w", err)
	}
	if err := os.WriteFile(file+".pub", []byte(recipient+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("keys: %w", err)
	}
	return recipient, nil
}
