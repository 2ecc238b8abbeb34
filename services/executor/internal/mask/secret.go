package mask

import (
	"bytes"
	"math"
	"regexp"
	"strings"
)

// secretName matches names and comments of columns whose values nobody should
// see in a document, in English, Chinese and pinyin.
var secretName = regexp.MustCompile(`(?i)passw|passphrase|passcode|secret([^a]|$)|token|credential|` +
	`api_?key|access_?key|private_?key|encrypt(ion|ed)?_?key|sign(ing)?_?key|session_?id|session_?key|session_?hash|session_?cookie|(^|[^a-z])sess_?id|phpsess|jsession|` +
	`(^|[^a-z])(pwd|pass|salt|otp|totp|pin|cvv|cvc|jwt|psw|mima|miyao)([^a-z]|$)|` +
	`密码|口令|密钥|秘钥|令牌|私钥|验证码|会话(标识|编号|ID|id|号|密钥)`)

// secretBegin matches the beginning of values that are secrets whatever their
// column is called: password hashes, JSON web tokens, keys of well-known
// services, sessions, PEM blocks.
var secretBegin = regexp.MustCompile(`^(\$2[abxy]?\$|\$argon2|\$[156]\$|\$pbkdf2|pbkdf2_|scrypt:|SCRAM-SHA-256\$|` +
	`eyJ[\w-]{8,}\.[\w-]{8,}|sk-[\w-]{16,}|sk_live_|rk_live_|gh[pousr]_\w{20,}|github_pat_|glpat-|xox[abprs]-|` +
	`AKIA[0-9A-Z]{12,}|LTAI\w{12,}|AKID\w{12,}|sess(ion)?[_-][A-Za-z]*\d[A-Za-z0-9]{4,}|-----BEGIN )`)

// secretAddress matches addresses with a password.
var secretAddress = regexp.MustCompile(`[a-z]://[^/\s:@]*:[^/\s@]+@`)

// NamesSecret says that a column's name or comment promises passwords, keys and
// the like. Such columns are not to be read in any mode.
func NamesSecret(name, comment string) bool {
	return secretNames.of(name) || secretNames.of(comment)
}

var secretNames = remembering(secretName.MatchString)

// IsSecret says that a value is a password's hash, a key or the like.
func IsSecret(value []byte) bool {
	return secretBegin.Match(value) || bytes.Contains(value, []byte("://")) && secretAddress.Match(value)
}

// leastSecret is the length in bytes below which nothing is of secretWithin.
const leastSecret = 12

// secretWithin matches secrets inside a text, which must hold one of the words.
// The forms with a group are masked in the group only.
var secretWithin = []struct {
	words []string
	form  *regexp.Regexp
}{
	{[]string{"-----BEGIN "}, regexp.MustCompile(`-----BEGIN [A-Z ]+-----(?s:.*?)(?:-----END [A-Z ]+-----|$)`)},
	{[]string{"eyJ"}, regexp.MustCompile(`\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?`)},
	{[]string{"sk-", "k_", "gh", "glpat-", "xox", "AKIA", "ASIA", "LTAI", "AKID", "AIza", "ya29.", "npm_", "hf_"}, regexp.MustCompile(`\b(?:sk-[\w-]{16,}|[sr]k_(?:live|test)_\w{8,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|` +
		`xox[abprs]-[\w-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{12,}|LTAI\w{12,}|AKID\w{12,}|AIza[\w-]{30,}|ya29\.[\w-]{20,}|npm_\w{30,}|hf_\w{20,})`)},
	{[]string{"$"}, regexp.MustCompile(`\$(?:2[abxy]?|argon2\w*|[156]|pbkdf2[\w-]*)\$[\w./$=,+-]{16,}`)},
	{[]string{"://"}, regexp.MustCompile(`[a-z]://([^/\s:@"']*:[^/\s@"']+)@`)},
	{[]string{"?", "&", ";"}, regexp.MustCompile(`(?i)[?&;](?:access_|auth_|api_?)?(?:token|key|sig|signature|secret|password|pwd|ticket|session|sessionid|code)=([^&#\s"']{4,})`)},
	{[]string{"b", "B"}, regexp.MustCompile(`(?i)\bbearer\s+([\w.~+/-]{16,}=*)`)},
}

// wholeSecret matches values that are nothing but such a secret.
var wholeSecret = regexp.MustCompile(`^(?:` + wholeForms() + `)$`)

// wholeForms joins the forms that have no group.
func wholeForms() string {
	var parts []string
	for _, s := range secretWithin {
		if s.form.NumSubexp() == 0 {
			parts = append(parts, s.form.String())
		}
	}
	return strings.Join(parts, "|")
}

// opaque matches words that may be keys or hashes.
var opaque = regexp.MustCompile(`\b[A-Za-z0-9+/_-]{32,}={0,2}`)

var wholeOpaque = whole(opaque)

// looksRandom says that a word of 32 characters and more is made by a machine
// that meant it not to be guessed: hexadecimal digits that are no UUID, or a mix
// of capitals, small letters and digits, without the many breaks of a path.
func looksRandom(word string) bool {
	hex, upper, lower, digit := true, false, false, false
	for _, r := range word {
		hex = hex && strings.ContainsRune("0123456789abcdefABCDEF", r)
		upper = upper || r >= 'A' && r <= 'Z'
		lower = lower || r >= 'a' && r <= 'z'
		digit = digit || r >= '0' && r <= '9'
	}
	if hex {
		return (upper || lower) && digit && !isUUID(word)
	}
	return upper && lower && digit && longestPart(word) >= 16 && entropy(word) > 4
}

var uuidForm = regexp.MustCompile(`(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[1-8][0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$`)

func isUUID(word string) bool { return uuidForm.MatchString(word) }

// entropy is Shannon's, in bits per character.
func entropy(word string) float64 {
	counts := map[rune]float64{}
	for _, r := range word {
		counts[r]++
	}
	sum, n := 0.0, float64(len(word))
	for _, c := range counts {
		sum -= c / n * math.Log2(c/n)
	}
	return sum
}

func longestPart(word string) int {
	longest := 0
	for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return strings.ContainsRune("/_-", r) }) {
		longest = max(longest, len(part))
	}
	return longest
}
