package catalog

import "regexp"

// secretName matches names and comments of columns whose values nobody should
// see in a document, in English, Chinese and pinyin.
var secretName = regexp.MustCompile(`(?i)passw|passphrase|passcode|secret|token|credential|` +
	`api_?key|access_?key|private_?key|encrypt(ion|ed)?_?key|sign(ing)?_?key|session_?id|session_?key|` +
	`(^|[^a-z])(pwd|pass|salt|otp|totp|pin|cvv|cvc|jwt|psw|mima|miyao)([^a-z]|$)|` +
	`密码|口令|密钥|秘钥|令牌|私钥|验证码`)

// secretValue matches values that are secrets whatever their column is called:
// password hashes, JSON web tokens, keys of well-known services, PEM blocks,
// addresses with a password.
var secretValue = regexp.MustCompile(`^(\$2[abxy]?\$|\$argon2|\$[156]\$|\$pbkdf2|pbkdf2_|scrypt:|SCRAM-SHA-256\$|` +
	`eyJ[\w-]{8,}\.[\w-]{8,}|sk-[\w-]{16,}|sk_live_|rk_live_|gh[pousr]_\w{20,}|github_pat_|glpat-|xox[abprs]-|` +
	`AKIA[0-9A-Z]{12,}|LTAI\w{12,}|AKID\w{12,}|-----BEGIN )|[a-z]://[^/\s:@]*:[^/\s@]+@`)

// seemsSecret judges by what a column is called.
func (c *Column) seemsSecret() bool {
	return secretName.MatchString(c.Name) || secretName.MatchString(c.Comment)
}

func looksSecret(value []byte) bool { return secretValue.Match(value) }
