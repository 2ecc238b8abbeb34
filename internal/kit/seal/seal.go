// Package seal encrypts secrets for the executors with age (X25519,
// https://age-encryption.org/v1). Gateways know the newest recipient;
// executors hold the identities of it and of earlier ones, so keys can be
// rotated: give the executors the new identity first, then the gateways its
// recipient.
package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

var (
	// ErrUnreadable says that the text is damaged, or for another identity.
	ErrUnreadable = errors.New("sealed text cannot be read with the keys at hand")
	// ErrKey says that a recipient or identity is malformed or missing. Its message
	// never holds a key.
	ErrKey = errors.New("not a usable key")
)

// maxPlain bounds what is sealed and opened, in bytes.
const maxPlain = 64 << 10

// NewIdentity makes a key pair: the identity ("AGE-SECRET-KEY-1…", to keep
// secret) and its recipient ("age1…").
func NewIdentity() (identity, recipient string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fmt.Errorf("make an identity: %w", err)
	}
	return id.String(), id.Recipient().String(), nil
}

// Sealer seals for one recipient. It is safe for concurrent use.
type Sealer struct{ recipient age.Recipient }

// NewSealer takes a recipient ("age1…"). ErrKey.
func NewSealer(recipient string) (*Sealer, error) {
	r, err := age.ParseX25519Recipient(strings.TrimSpace(recipient))
	if err != nil {
		return nil, fmt.Errorf("%w: a recipient begins with age1", ErrKey)
	}
	return &Sealer{r}, nil
}

// Seal returns the plain text, up to 64 KiB, encrypted, as one line of base64.
// It differs at every call.
func (s *Sealer) Seal(plain []byte) (string, error) {
	if len(plain) > maxPlain {
		return "", fmt.Errorf("seal: %d bytes are more than %d", len(plain), maxPlain)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, s.recipient)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

// Opener opens what was sealed for any of its identities. It is safe for
// concurrent use.
type Opener struct{ identities []age.Identity }

// NewOpener takes identities ("AGE-SECRET-KEY-1…"). ErrKey, also for none.
func NewOpener(identities ...string) (*Opener, error) {
	return parseIdentities(strings.NewReader(strings.Join(identities, "\n")))
}

// LoadOpener reads identities from a file, one a line, # begins a comment.
// Errors: ErrKey, or what the file system says.
func LoadOpener(file string) (*Opener, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("identity file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	o, err := parseIdentities(io.LimitReader(f, maxPlain))
	if err != nil {
		return nil, fmt.Errorf("identity file %s: %w", file, err)
	}
	return o, nil
}

func parseIdentities(r io.Reader) (*Opener, error) {
	ids, err := age.ParseIdentities(r)
	if err != nil {
		return nil, fmt.Errorf("%w: identities begin with AGE-SECRET-KEY-1, one a line", ErrKey)
	}
	return &Opener{ids}, nil
}

// Open returns the plain text of what Seal returned. ErrUnreadable otherwise.
func (o *Opener) Open(sealed string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, fmt.Errorf("%w: it is not base64", ErrUnreadable)
	}
	r, err := age.Decrypt(bytes.NewReader(raw), o.identities...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxPlain+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if len(plain) > maxPlain {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", ErrUnreadable, maxPlain)
	}
	return plain, nil
}
