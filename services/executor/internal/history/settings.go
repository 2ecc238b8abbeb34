package history

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/citu/datapipeline/events"
)

// generation counts what the steps make of one and the same database. It is
// raised when their files become others or better ones, so that tasks after an
// upgrade do not take over what was made before it.
const generation = 1

// Settings is a fingerprint of all that decides, beside the database, what the
// steps make: equal ones mean that one task's work can stand for another's.
// model is the name of the language model that is asked, empty for none.
func Settings(r events.Request, model string) string {
	if r.Options.DisableModel {
		model = ""
	}
	raw, err := json.Marshal(struct {
		Generation        int
		Language          events.Language
		Masking           string
		Model             string
		BusinessContext   string
		Themes, Questions int
	}{
		generation, r.Language, cmp.Or(r.Options.Masking, events.MaskData), model, r.BusinessContext,
		r.Options.Themes, r.Options.QuestionsPerTheme,
	})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return fingerprint(raw)
}

// ReadBy is the fingerprint of settings under which a role read the database,
// which shows each role its own rows; empty settings stay empty.
func ReadBy(role, settings string) string {
	if settings == "" {
		return ""
	}
	return fingerprint([]byte(settings + "\x00" + role))
}

func fingerprint(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
