package seal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/internal/kit/seal"
)

type pair struct{ identity, recipient string }

func newPair(t *testing.T) pair {
	t.Helper()
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return pair{identity, recipient}
}

func sealed(t *testing.T, recipient, plain string) string {
	t.Helper()
	s, err := seal.NewSealer(recipient)
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Seal([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestKeysCanBeRotated(t *testing.T) {
	old, current, foreign := newPair(t), newPair(t), newPair(t)
	executor, err := seal.NewOpener(old.identity, current.identity)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]pair{"the old key": old, "the current key": current} {
		if got, err := executor.Open(sealed(t, p.recipient, "secret")); err != nil || string(got) != "secret" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := executor.Open(sealed(t, foreign.recipient, "secret")); !errors.Is(err, seal.ErrUnreadable) {
		t.Errorf("a foreign key: %v, want ErrUnreadable", err)
	}
	retired, err := seal.NewOpener(current.identity)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := retired.Open(sealed(t, old.recipient, "secret")); !errors.Is(err, seal.ErrUnreadable) {
		t.Errorf("a retired key: %v, want ErrUnreadable", err)
	}
}

func TestIdentityFile(t *testing.T) {
	old, current := newPair(t), newPair(t)
	file := filepath.Join(t.TempDir(), "identities")
	content := "# newest first\n" + current.identity + "\n\n" + old.identity + "\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := seal.LoadOpener(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := o.Open(sealed(t, old.recipient, "x")); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := seal.LoadOpener(file + ".missing"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestMalformedKeysAreRefusedWithoutRepeatingThem(t *testing.T) {
	p := newPair(t)
	broken := p.identity[:len(p.identity)-1]
	for name, err := range map[string]error{
		"recipient":      second(seal.NewSealer("age1x")),
		"identity":       second(seal.NewOpener(broken)),
		"no identity":    second(seal.NewOpener()),
		"swapped":        second(seal.NewOpener(p.recipient)),
		"swapped around": second(seal.NewSealer(p.identity)),
	} {
		if !errors.Is(err, seal.ErrKey) {
			t.Errorf("%s: %v, want ErrKey", name, err)
		} else if strings.Contains(err.Error(), broken) {
			t.Errorf("%s: the refusal repeats the key", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestSealRoundTrip(t *testing.T) {
	p := newPair(t)
	s, err := seal.NewSealer(p.recipient)
	if err != nil {
		t.Fatal(err)
	}
	o, err := seal.NewOpener(p.identity)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "plain")
		text, err := s.Seal(plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := o.Open(text); err != nil || string(got) != string(plain) {
			t.Fatalf("%q, %v", got, err)
		}
	})
	if _, err := s.Seal(make([]byte, 64<<10+1)); err == nil {
		t.Error("an oversized secret was sealed")
	}
}

func FuzzOpen(f *testing.F) {
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		f.Fatal(err)
	}
	s, err := seal.NewSealer(recipient)
	if err != nil {
		f.Fatal(err)
	}
	text, err := s.Seal([]byte("secret"))
	if err != nil {
		f.Fatal(err)
	}
	o, err := seal.NewOpener(identity)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text[:len(text)-4])
	f.Add("")
	f.Fuzz(func(t *testing.T, sealed string) {
		if plain, err := o.Open(sealed); err == nil && string(plain) != "secret" {
			t.Errorf("opened to %q", plain)
		} else if err != nil && !errors.Is(err, seal.ErrUnreadable) {
			t.Errorf("got %v, want ErrUnreadable", err)
		}
	})
}
