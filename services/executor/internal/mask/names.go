package mask

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
)

// names.txt holds what columns and tables are called. Its first sections are
// kinds, the earlier one winning where two fit equally well.
//
//go:embed names.txt
var nameList string

// lexicon holds phrases of words, joined by spaces, and Chinese words.
type lexicon struct {
	words   map[string]bool
	compact map[string]bool // the words without the spaces
	chinese []string        // longest first
}

var lexicons = parseLexicons(nameList)

// namedKinds are the kinds that names give away, in the order of names.txt.
var namedKinds = []Kind{Network, Hardware, Email, Phone, Identity, Card, Account, Address, Birth, Plate, Location, Online, Profile, Name}

func parseLexicons(text string) map[string]*lexicon {
	all := map[string]*lexicon{}
	var l *lexicon
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			l = &lexicon{words: map[string]bool{}, compact: map[string]bool{}}
			all[strings.Trim(line, "[]")] = l
		default:
			l.add(strings.Split(line, ", "))
		}
	}
	return all
}

func (l *lexicon) add(phrases []string) {
	for _, p := range phrases {
		if isASCII(p) {
			words := splitWords(p)
			l.words[strings.Join(words, " ")] = true
			l.compact[strings.Join(words, "")] = true
		}
		if !isASCII(p) || strings.ToUpper(p) == p {
			l.chinese = append(l.chinese, p)
		}
	}
	slices.SortFunc(l.chinese, func(a, b string) int { return len(b) - len(a) })
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// Kind is the kind of personal data that the column holds by what it, its
// comment and its table are called, or that of the column that it shows, or "".
func (c Column) Kind() Kind {
	family := typeFamily(c.Type)
	switch {
	case c.fixed() || c.Key && family == numberFamily:
		return ""
	case NamesSecret(c.Name, c.Comment):
		return Secret
	case family == networkFamily:
		return Network
	case family == hardwareFamily:
		return Hardware
	case family == geometryFamily:
		return Location
	}
	for _, text := range []string{c.Name, c.Comment} {
		if kind := c.kindOf(text); kind != "" && family.fits(kind) {
			return kind
		}
	}
	if c.Shows != nil {
		return c.Shows.Kind()
	}
	return ""
}

// hint is the kind that a key would be of by its name if its values agree: a
// telephone number may identify a row, and so may the number of a telephone.
func (c Column) hint() Kind {
	c.Key = false
	return c.Kind()
}

// kindOf judges by a name or a comment.
func (c Column) kindOf(text string) Kind {
	r := readings.of(text)
	switch {
	case r.kind == Name && c.ofPublicPeople():
		return ""
	case r.kind == "" && c.namesPerson(r.words, r.chinese):
		return Name
	case r.kind == "" && c.ofPeople() && ends("prose", r.words, r.chinese):
		return Profile
	}
	return r.kind
}

// counts says that the column is called like one of numbers and codes that
// concern things, some of which look personal by chance.
func (c Column) counts() bool {
	if c.Key {
		return true
	}
	for _, text := range []string{c.Name, c.Comment} {
		if readings.of(text).things {
			return true
		}
	}
	return false
}

// namesPerson knows what is called by a person and "name", or by a person
// alone, and the plain "name" in a table of people.
func (c Column) namesPerson(words []string, chinese string) bool {
	if n := len(words); n > 0 && words[n-1] == "name" {
		return n == 1 && c.ofPeople() || n > 1 && ends("people", words[:n-1], "")
	}
	for _, name := range []string{"名称", "名字", "名"} {
		if whose, ok := strings.CutSuffix(chinese, name); ok {
			return whose == "" && c.ofPeople() || ends("people", nil, whose)
		}
	}
	return ends("people", words, chinese) && !ends("ambiguous", words, "")
}

func ends(in string, words []string, chinese string) bool {
	l := lexicons[in]
	return max(l.endOf(words, ""), l.endOfChinese(chinese, "")) > 0
}

// ofPeople says that a row of the column's table stands for a person.
func (c Column) ofPeople() bool { return c.rowsAre(people) }

// ofPublicPeople says that it stands for one whom the public knows, or for an
// invented one.
func (c Column) ofPublicPeople() bool { return c.rowsAre(public) && !c.ofPeople() }

func (c Column) rowsAre(which *memo[bool]) bool {
	return which.of(c.Table[strings.LastIndexByte(c.Table, '.')+1:]) || which.of(c.TableComment)
}

// endOf is the length of the longest phrase of the lexicon in which words end,
// apart from words of another lexicon that may follow; 0 where there is none.
func (l *lexicon) endOf(words []string, followers string) int {
	for begin := range words {
		for end := len(words); end > begin; end-- {
			phrase := strings.Join(words[begin:end], " ")
			if (l.words[phrase] || l.compact[phrase]) && allIn(words[end:], followers) {
				return len(phrase)
			}
		}
	}
	if len(words) == 0 {
		return 0
	}
	return l.hiddenIn(words[len(words)-1])
}

func allIn(words []string, which string) bool {
	l := lexicons[which]
	return !slices.ContainsFunc(words, func(w string) bool { return l == nil || !l.words[w] })
}

// hiddenIn finds a long word at the end of several written as one: "useremail",
// "custphonenumber".
func (l *lexicon) hiddenIn(word string) int {
	if slices.Contains(otherwise, word) {
		return 0
	}
	longest := 0
	for _, tail := range []string{"", "no", "num", "number", "addr"} {
		head, ok := strings.CutSuffix(word, tail)
		for i := 1; ok && i+5 <= len(head); i++ {
			if l.compact[head[i:]] {
				longest = max(longest, len(head)-i)
				break
			}
		}
	}
	return longest
}

// otherwise are words that end in the name of something else.
var otherwise = []string{"microphone", "headphone", "smartphone", "earphone", "saxophone", "automobile", "gramophone", "stillborn"}

// endOfChinese is the same for Chinese, in bytes.
func (l *lexicon) endOfChinese(text, followers string) int {
	for text != "" {
		for _, w := range l.chinese {
			if strings.HasSuffix(text, w) {
				return len(w)
			}
		}
		rest := withoutEnd(text, followers)
		if rest == text {
			return 0
		}
		text = rest
	}
	return 0
}

// withoutEnd cuts the longest word of a lexicon off the end.
func withoutEnd(text, followers string) string {
	if l := lexicons[followers]; l != nil {
		for _, w := range l.chinese {
			if rest, ok := strings.CutSuffix(text, w); ok && rest != "" {
				return rest
			}
		}
	}
	return text
}
