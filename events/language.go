package events

import (
	"fmt"
	"strings"
)

// Language is a language in which people are addressed.
type Language string

// The languages. Wherever nothing else is said it is Chinese.
const (
	Chinese Language = "zh-CN"
	English Language = "en"
)

// ParseLanguage reads a language tag such as "zh-CN", "zh", "zh_CN.UTF-8",
// "en" or "en-GB". Any other language is refused with ErrInvalid.
func ParseLanguage(tag string) (Language, error) {
	switch primary, _, _ := strings.Cut(strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(tag)), "-"); primary {
	case "zh":
		return Chinese, nil
	case "en":
		return English, nil
	}
	return "", fmt.Errorf("%w: language %q is neither zh-CN nor en", ErrInvalid, tag)
}

// Valid says whether l is one of the languages.
func (l Language) Valid() bool { return l == Chinese || l == English }

// Pick returns the text of the two that is in l.
func (l Language) Pick(zh, en string) string {
	if l == English {
		return en
	}
	return zh
}

// Count is a number of things in English, whose name takes an "s" where they
// are several: "1 table", "2 tables".
func Count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// Sprintf formats the text of the two that is in l. Formats that order their
// arguments differently use explicit indexes, such as %[2]s.
func (l Language) Sprintf(zh, en string, args ...any) string {
	return fmt.Sprintf(l.Pick(zh, en), args...)
}
