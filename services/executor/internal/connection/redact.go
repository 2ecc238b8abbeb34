package connection

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// hidden stands for a secret.
const hidden = "***"

// minPassword is the length in bytes from which a password is replaced wherever
// it occurs. A shorter one would take words apart without saying anything, and
// is replaced as part of its connection string, or behind "password=".
const minPassword = 4

// redactor replaces what must not be read by its mask.
type redactor struct{ replacer *strings.Replacer }

func newRedactor(dsn, password string) redactor {
	secrets := spellings(dsn)
	switch {
	case len(password) >= minPassword:
		secrets = append(secrets, spellings(password)...)
	case password != "":
		for _, s := range spellings(password) {
			secrets = append(secrets, ":"+s+"@", "password="+s)
		}
	}
	// The longest first: a string is replaced whole rather than in parts.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range secrets {
		pairs = append(pairs, s, hidden)
	}
	return redactor{strings.NewReplacer(pairs...)}
}

// spellings are the forms in which a secret may occur: as it is, in a URL, and
// in JSON.
func spellings(s string) []string {
	forms := []string{s, url.QueryEscape(s), url.PathEscape(s), strings.TrimPrefix(url.UserPassword("", s).String(), ":")}
	for _, f := range slices.Clone(forms) {
		quoted, err := json.Marshal(f)
		if err == nil { // strings always marshal
			forms = append(forms, strings.Trim(string(quoted), `"`))
		}
	}
	return forms
}

func (r redactor) scrub(text string) string {
	if r.replacer == nil {
		return text
	}
	return r.replacer.Replace(text)
}
