package mask

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// span is a part of a text, in bytes, that is of a kind.
type span struct {
	kind       Kind
	start, end int
	// sure spans have check digits, or a form that nothing else has.
	sure bool
}

// finder recognises one form of a kind within texts.
type finder struct {
	kind Kind
	// A text holds the form only with one of the characters of needs, one of
	// words, where there are any, and so many digits.
	needs  string
	words  []string
	digits int
	form   *regexp.Regexp
	// valid says whether what form matches is what it looks like; nil for
	// always.
	valid func(match string) bool
	// alone forms say something only where they are the whole value.
	alone bool
	// sure forms are hardly met by chance.
	sure bool
	// loose forms may stand directly beside letters.
	loose bool

	whole *regexp.Regexp // form for a whole text
	ascii charSet        // of needs
	wide  bool           // needs has other characters, too
}

// charSet is a set of ASCII characters.
type charSet [2]uint64

func (s *charSet) add(r rune) { s[r/64] |= 1 << (r % 64) }

func (s *charSet) meets(o charSet) bool { return s[0]&o[0]|s[1]&o[1] != 0 }

// charsOf are the ASCII characters of a text, and whether there are others.
func charsOf(text string) (set charSet, wide bool) {
	for _, r := range text {
		if r < 128 {
			set.add(r)
		} else {
			wide = true
		}
	}
	return set, wide
}

// finders in the order in which they take parts of a text.
var finders = prepared(slices.Concat(networkFinders, identityFinders, cardFinders, phoneFinders, placeFinders))

func prepared(list []finder) []finder {
	for i := range list {
		list[i].whole = whole(list[i].form)
		list[i].ascii, list[i].wide = charsOf(list[i].needs)
	}
	return list
}

func whole(form *regexp.Regexp) *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + form.String() + `)$`)
}

// traits are what a text has, to leave out finders that cannot succeed.
type traits struct {
	text   string
	digits int
	ascii  charSet
	han    bool
}

func traitsOf(text string) traits {
	t := traits{text: text}
	for _, r := range text {
		switch {
		case r < 128:
			t.ascii.add(r)
			if r >= '0' && r <= '9' {
				t.digits++
			}
		case isHan(r):
			t.han = true
		}
	}
	return t
}

func (t *traits) allow(f *finder) bool {
	return t.digits >= f.digits && t.hasAny(f) && t.hasWord(f.words)
}

func (t *traits) hasAny(f *finder) bool {
	return f.needs == "" || t.ascii.meets(f.ascii) || f.wide && t.han && strings.ContainsAny(t.text, f.needs)
}

func (t *traits) hasWord(words []string) bool {
	return len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return strings.Contains(t.text, w) })
}

// find returns what is personal or secret in a text, in order and without
// overlaps.
func find(text string) []span {
	t := traitsOf(text)
	var spans []span
	take := func(s span) {
		free := !slices.ContainsFunc(spans, func(o span) bool { return s.start < o.end && o.start < s.end })
		if free && s.start < s.end {
			spans = append(spans, s)
		}
	}
	findSecrets(text, &t, take)
	for i := range finders {
		f := &finders[i]
		if f.alone || !t.allow(f) {
			continue
		}
		for _, m := range f.form.FindAllStringIndex(text, -1) {
			match := text[m[0]:m[1]]
			if (f.loose || bounded(text, m[0], m[1])) && (f.valid == nil || f.valid(match)) {
				take(span{f.kind, m[0], m[1], f.sure})
			}
		}
	}
	findLabelled(text, &t, take)
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	return spans
}

// findSecrets finds keys and tokens. A form's group, where it has one, is what
// is secret of it.
func findSecrets(text string, t *traits, take func(span)) {
	if len(text) < leastSecret {
		return
	}
	for _, s := range secretWithin {
		if !t.hasWord(s.words) {
			continue
		}
		for _, m := range s.form.FindAllStringSubmatchIndex(text, -1) {
			take(span{Secret, m[len(m)-2], m[len(m)-1], true})
		}
	}
	if t.digits == 0 || len(text) < 32 {
		return
	}
	for _, m := range opaque.FindAllStringIndex(text, -1) {
		if looksRandom(text[m[0]:m[1]]) {
			take(span{Secret, m[0], m[1], false})
		}
	}
}

// bounded says that a match is not part of a longer word or number.
func bounded(text string, start, end int) bool {
	return !continues(byteAt(text, start-1), byteAt(text, start-2)) && !continues(byteAt(text, end), byteAt(text, end+1))
}

// continues says that the byte next to a match goes on with it: a letter or a
// digit, or a hyphen or point with a digit beyond.
func continues(next, beyond byte) bool {
	return isLetter(next) || isDigit(next) || (next == '-' || next == '.') && isDigit(beyond)
}

func byteAt(text string, i int) byte {
	if i < 0 || i >= len(text) {
		return 0
	}
	return text[i]
}

func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// shape is the kind of which a value is as a whole, or "", and whether it can be
// hardly anything else.
func shape(value string) (kind Kind, sure bool) {
	value = strings.TrimSpace(narrow(value))
	if len(value) > maxShape {
		value = "" // nothing but prose is as long
	}
	t := traitsOf(value)
	if len(value) >= leastSecret && wholeSecret.MatchString(value) {
		return Secret, true
	}
	for i := range finders {
		f := &finders[i]
		if t.allow(f) && f.whole.MatchString(value) && (f.valid == nil || f.valid(value)) {
			return f.kind, f.sure
		}
	}
	switch {
	case len(value) >= 32 && t.digits > 0 && wholeOpaque.MatchString(value) && looksRandom(value):
		return Secret, false
	case t.han && looksLikeName(value):
		return Name, false
	}
	return "", false
}

// maxShape bounds a value that is of one form, in bytes.
const maxShape = 2048

// narrow replaces the full-width forms of Chinese keyboards by ASCII.
func narrow(text string) string {
	if !strings.ContainsFunc(text, isWide) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isWide(r) {
			return r - 0xFEE0
		}
		return r
	}, text)
}

// isWide knows full-width digits, letters and the signs of addresses and
// numbers, but no punctuation of sentences.
func isWide(r rune) bool {
	ascii := r - 0xFEE0
	return ascii > ' ' && ascii < 0x7f && (unicode.IsDigit(ascii) || unicode.IsLetter(ascii) || strings.ContainsRune("@+-_.", ascii))
}

// digitsOnly says that a value is a number without sign or point.
func digitsOnly(value string) bool {
	return value != "" && !strings.ContainsFunc(value, func(r rune) bool { return r < '0' || r > '9' })
}
