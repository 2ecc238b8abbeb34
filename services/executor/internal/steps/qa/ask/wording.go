package ask

import (
	_ "embed"
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

//go:embed wording.zh.txt
var chineseText string

//go:embed wording.en.txt
var englishText string

var wordings = map[events.Language]map[string][]string{
	events.Chinese: parseWording(chineseText),
	events.English: parseWording(englishText),
}

// parseWording reads lines of a form and a way to ask it; a form has several.
func parseWording(text string) map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(text) {
		if form, words, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			m[form] = append(m[form], strings.TrimSpace(words))
		}
	}
	return m
}

// vars are what stands for the placeholders of a wording.
type vars map[string]string

// named adds what one row, several rows and the measure word of a table are:
// {T}, {Ts}, {aT} and {Tn} for the letter T.
func (v vars) named(letter string, term words.Term) vars {
	v[letter], v[letter+"s"], v[letter+"n"] = term.One, term.Many, term.Classifier
	v["a"+letter] = article(term.One)
	return v
}

// column adds the column's term: {col}, {cols} and {acol} for "col".
func (v vars) column(key string, c *profile.Column) vars {
	v[key], v[key+"s"], v["a"+key] = c.Term, words.Plural(c.Term), article(c.Term)
	return v
}

// measure adds a quantity's term and what is said of much and little of it:
// {most}, {least} and {beyond} for "the highest price", "the lowest price" and
// "a price above the average", {much} and {little} for 最高 and 最低.
func (v vars) measure(m *profile.Column, language events.Language) vars {
	v.column("m", m)
	much, little := words.Extremes(m.Term, language)
	v["most"], v["least"], v["beyond"] = "the "+much+" "+m.Term, "the "+little+" "+m.Term, article(m.Term)+" above the average"
	v["much"], v["little"] = much, little
	if words.Several(m.Term) {
		v["most"], v["least"], v["beyond"] = "the most "+m.Term, "the fewest "+m.Term, "more "+m.Term+" than the average"
	}
	return v
}

// limits adds what is said of a quantity beyond num, or from lo to num:
// {more} and {within} for "a price of more than 5" and "a price between 5 and 9".
func (v vars) limits(m *profile.Column, lo, num string) vars {
	v["num"], v["lo"], v["hi"] = num, lo, num
	v["more"], v["within"] = article(m.Term)+" of more than "+num, article(m.Term)+" between "+lo+" and "+num
	if words.Several(m.Term) {
		v["more"], v["within"] = "more than "+num+" "+m.Term, "between "+lo+" and "+num+" "+m.Term
	}
	return v
}

func (v vars) set(key string, value any) vars {
	v[key] = fmt.Sprint(value)
	return v
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

// say words a question: the same for the same form and statement, and one of
// several ways over all.
func say(language events.Language, form, sql string, v vars) string {
	ways := wordings[language][form]
	h := fnv.New32a()
	_, _ = h.Write([]byte(form + sql)) // a hash does not fail
	way := ways[int(h.Sum32()%uint32(len(ways)))]
	if language != events.English {
		way = unrepeated(way, v)
	} else if words.Several(v["sum"]) {
		way = strings.NewReplacer("What is the {sum}", "What are the {sum}", "How does the {sum}", "How do the {sum}").Replace(way)
	}
	text := placeholder.ReplaceAllStringFunc(way, func(p string) string {
		if value, ok := v[p[1:len(p)-1]]; ok {
			return value
		}
		return p // which the tests find
	})
	if language == events.English {
		r, size := utf8.DecodeRuneInString(text)
		return string(unicode.ToUpper(r)) + text[size:]
	}
	return spaced(text)
}

// unrepeated drops a table's term before a column's that holds it: 库存 before
// 库存数量.
func unrepeated(way string, v vars) string {
	for _, table := range []string{"T", "C"} {
		for _, column := range []string{"sum", "avg", "m"} {
			if term := strings.TrimSuffix(v[table], "记录"); term != "" && strings.Contains(v[column], term) {
				way = strings.NewReplacer("{"+table+"}{"+column+"}", "{"+column+"}", "{"+table+"}的{"+column+"}", "{"+column+"}").Replace(way)
			}
		}
	}
	return way
}

// spaced puts a space between Chinese and Latin words, as print does.
func spaced(text string) string {
	var b strings.Builder
	last := ' '
	for _, r := range text {
		latin := func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }
		if latin(r) && unicode.Is(unicode.Han, last) || unicode.Is(unicode.Han, r) && latin(last) {
			b.WriteRune(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

func article(phrase string) string {
	lower := strings.ToLower(phrase)
	for _, prefix := range []string{"hour", "honor", "hono"} {
		if strings.HasPrefix(lower, prefix) {
			return "an " + phrase
		}
	}
	if first, _, _ := strings.Cut(lower, " "); len(first) == 1 {
		if strings.Contains("aefhilmnorsx", first) { // as the letter is spoken
			return "an " + phrase
		}
		return "a " + phrase
	}
	vowel := strings.ContainsRune("aeiou", firstRune(lower))
	for _, prefix := range []string{"uni", "use", "usa", "eu", "one", "us ", "uuid", "url"} {
		vowel = vowel && !strings.HasPrefix(lower, prefix)
	}
	if vowel {
		return "an " + phrase
	}
	return "a " + phrase
}

func firstRune(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// quoted is a value in a question: bare where it reads as a name.
func quoted(language events.Language, value string) string {
	if language != events.English {
		return "“" + value + "”"
	}
	odd := func(r rune) bool { return !unicode.IsLetter(r) && r != ' ' && r != '-' }
	if len(value) > 2 && unicode.IsUpper(firstRune(value)) && len(strings.Fields(value)) <= 3 && !strings.ContainsFunc(value, odd) {
		return value
	}
	return `"` + value + `"`
}
