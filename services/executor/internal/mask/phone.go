package mask

import (
	"regexp"
	"strings"
)

var phoneFinders = []finder{
	// Chinese mobile telephones
	{sure: true, kind: Phone, digits: 11, form: regexp.MustCompile(`(?:(?:\+|00)86[ \-]?1[3-9]\d|1[3-9]\d[ \-])(?:\d{8}|[ \-]?\d{4}[ \-]?\d{4})`)},
	{kind: Phone, digits: 11, form: regexp.MustCompile(`(?:(?:\+|00)?86[ \-]?)?1[3-9]\d(?:\d{8}|[ \-]\d{4}[ \-]\d{4}|\d[ \-]\d{3}[ \-]\d{4})`)},
	// Chinese landlines, with extension
	{kind: Phone, needs: "-() ", digits: 10, valid: isChineseLandline, loose: true,
		form: regexp.MustCompile(`(?:(?:\+|00)86[ \-]?)?(?:\(0?\d{2,3}\) ?|0\d{2,3}[ \-])[2-9]\d{2,3}[ \-]?\d{4}(?:[\-转x]\d{1,6})?`)},
	{kind: Phone, digits: 10, alone: true, valid: isChineseLandline,
		form: regexp.MustCompile(`0\d{2,3}[2-9]\d{6,7}`)},
	{kind: Phone, needs: "-", digits: 10, form: regexp.MustCompile(`[48]00-(?:\d{3}-\d{4}|\d{4}-\d{3}|\d{7})`)},
	// others with their country's code (E.164)
	{sure: true, kind: Phone, needs: "+", digits: 8, valid: isInternational,
		form: regexp.MustCompile(`\+[1-9]\d{0,2}(?:[ .\-/]?\(?\d{1,5}\)?){1,6}`)},
	// North America
	{kind: Phone, needs: "-.()", digits: 10,
		form: regexp.MustCompile(`(?:1[ .\-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[.\-])[2-9]\d{2}[.\-]\d{4}(?:[ ,]*(?:x|ext\.?) ?\d{1,6})?|(?:1[ .\-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}\-)[01]\d{2}\-\d{4}`)},
}

// isChineseLandline checks the area code.
func isChineseLandline(text string) bool {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "+"), "00")
	text = strings.TrimLeft(strings.TrimPrefix(text, "86"), " -(0")
	return text != "" && (strings.HasPrefix(text, "10") || text[0] >= '2' && text[0] <= '9')
}

// isInternational wants between 8 and 15 digits, as E.164 does, and 10 where
// nothing but the sign tells the number from a gain.
func isInternational(text string) bool {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	least := 8
	if len(digits)+1 == len(text) {
		least = 10
	}
	return len(digits) >= least && len(digits) <= 15
}
