package app

import (
	"errors"
	"strings"

	"github.com/citu/datapipeline/events"
)

// language is the one of --lang, DP_LANGUAGE or the locale, in this order, and
// Chinese where none of them says one that there is.
func language(args []string, getenv func(string) string) events.Language {
	candidates := []string{flag(args, "--lang"), getenv("DP_LANGUAGE"), getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")}
	for _, tag := range candidates {
		if lang, err := events.ParseLanguage(tag); err == nil {
			return lang
		}
	}
	return events.Chinese
}

// flag finds a flag's value before the command line is parsed, since its help
// depends on it. Of several the last counts.
func flag(args []string, name string) (value string) {
	for i, arg := range args {
		if joined, ok := strings.CutPrefix(arg, name+"="); ok {
			value = joined
		}
		if arg == name && i+1 < len(args) {
			value = args[i+1]
		}
	}
	return value
}

// checkLanguage refuses a language that there is not.
func checkLanguage(tag string, lang events.Language) error {
	if tag == "" {
		return nil
	}
	if _, err := events.ParseLanguage(tag); err != nil {
		return errors.New(lang.Sprintf("--lang（DP_LANGUAGE）%q：应为 zh-CN 或 en", "--lang (DP_LANGUAGE) %q: it is zh-CN or en", tag))
	}
	return nil
}
