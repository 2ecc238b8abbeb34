package httpapi

import (
	"github.com/gofiber/fiber/v2"
	xlanguage "golang.org/x/text/language"

	"github.com/citu/datapipeline/events"
)

const languageKey = "language"

// negotiator finds the language to answer in. The deployment's own comes first,
// which is what it falls back to.
type negotiator struct {
	offered []events.Language
	matcher xlanguage.Matcher
}

func newNegotiator(own events.Language) negotiator {
	offered := []events.Language{own, events.Chinese, events.English}
	tags := make([]xlanguage.Tag, len(offered))
	for i, l := range offered {
		tags[i] = xlanguage.Make(string(l))
	}
	return negotiator{offered: offered, matcher: xlanguage.NewMatcher(tags)}
}

// negotiate is middleware: it settles the language of the answer by
// Accept-Language and says so in the headers.
func (n negotiator) negotiate(c *fiber.Ctx) {
	l := n.match(c.Get(fiber.HeaderAcceptLanguage))
	c.Locals(languageKey, l)
	c.Set(fiber.HeaderContentLanguage, string(l))
	c.Vary(fiber.HeaderAcceptLanguage)
}

func (n negotiator) match(header string) events.Language {
	wanted, _, err := xlanguage.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 {
		return n.offered[0]
	}
	_, i, confidence := n.matcher.Match(wanted...)
	if confidence == xlanguage.No {
		return n.offered[0]
	}
	return n.offered[i]
}

// language is the language of the answer to c.
func language(c *fiber.Ctx) events.Language { return c.Locals(languageKey).(events.Language) }
