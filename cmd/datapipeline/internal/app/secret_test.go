package app

import (
	"slices"
	"testing"
)

// TestHide masks the connection string wherever it stands.
func TestHide(t *testing.T) {
	const secret, masked = "postgres://ann:p%40ss@db/shop", "postgres://ann:***@db:5432/shop"
	for _, c := range []struct {
		in, want []string
		secret   string
	}{
		{[]string{"dp", "run", "--db-connection", secret, "-v"}, []string{"dp", "run", "--db-connection", masked, "-v"}, secret},
		{[]string{"dp", "run", "--db-connection=" + secret}, []string{"dp", "run", "--db-connection=" + masked}, secret},
		{[]string{"dp", "run", "--db-connection=hunter2"}, []string{"dp", "run", "--db-connection=***"}, "hunter2"},
		{[]string{"dp", "run", "--db-connection=" + masked}, []string{"dp", "run", "--db-connection=" + masked}, ""},
		{[]string{"dp", "run", "--db-connection"}, []string{"dp", "run", "--db-connection"}, ""},
		{[]string{"dp", "up"}, []string{"dp", "up"}, ""},
	} {
		in := slices.Clone(c.in)
		got, hidden := hide(in)
		if !slices.Equal(got, c.want) || hidden != c.secret {
			t.Errorf("hide(%q) = %q, %q", c.in, got, hidden)
		}
		if !slices.Equal(in, c.in) {
			t.Errorf("hide changed its argument to %q", in)
		}
	}
}
