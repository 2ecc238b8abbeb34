package app

import (
	"os"
	"strings"
	"syscall"

	"github.com/citu/datapipeline/internal/kit/dsn"
)

// envConnection holds the connection string for the command run.
const envConnection = "DP_DB_CONNECTION"

// HideSecrets keeps a connection string given as --db-connection out of the
// process list: the program replaces itself by itself, with the string in the
// environment, which other users cannot read, and its masked form in the
// arguments. It returns where there is nothing to hide.
func HideSecrets() {
	args, secret := hide(os.Args)
	if secret == "" {
		return
	}
	program, err := os.Executable()
	if err != nil {
		return
	}
	_ = os.Setenv(envConnection, secret)          // fails for names that are none
	_ = syscall.Exec(program, args, os.Environ()) // it returns only when it fails, and then we go on as we are
}

// hide masks the value of --db-connection. The secret is empty when there is
// none, or when it is masked already.
func hide(args []string) (masked []string, secret string) {
	masked = append(masked, args...)
	for i, arg := range masked {
		value, joined := strings.CutPrefix(arg, "--db-connection=")
		switch {
		case joined && dsn.Mask(value) != value:
			masked[i], secret = "--db-connection="+dsn.Mask(value), value
		case arg == "--db-connection" && i+1 < len(args) && dsn.Mask(args[i+1]) != args[i+1]:
			masked[i+1], secret = dsn.Mask(args[i+1]), args[i+1]
		}
	}
	return masked, secret
}
